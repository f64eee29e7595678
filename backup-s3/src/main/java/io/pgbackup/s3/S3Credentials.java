package io.pgbackup.s3;

import io.pgbackup.SecretSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The methods of authentication: each says where credentials come from, none holds any. */
sealed interface S3Credentials {
    /** Whether the method takes its facts, and so the region too, from the machine it runs on. */
    default boolean ambient() {
        return false;
    }

    /** The method's name, for messages. */
    String describe();

    /** Amazon's default chain: JVM, environment, web identity, profile, container, instance. */
    record DefaultChain() implements S3Credentials {
        @Override
        public boolean ambient() {
            return true;
        }

        @Override
        public String describe() {
            return "the default chain";
        }
    }

    /** An access key, with a session token if it is a temporary one. */
    record Key(SecretSource id, SecretSource secret, Optional<SecretSource> sessionToken) implements S3Credentials {
        @Override
        public String describe() {
            return "access key";
        }
    }

    /** A role in exchange for a token from a file; what is absent comes from the environment. */
    record WebIdentity(Optional<String> roleArn, Optional<Path> tokenFile) implements S3Credentials {
        @Override
        public boolean ambient() {
            return roleArn.isEmpty();
        }

        @Override
        public String describe() {
            return "web identity";
        }
    }

    /** A role in exchange for other credentials. */
    record Role(S3Credentials base, String roleArn, Optional<String> externalId) implements S3Credentials {
        @Override
        public boolean ambient() {
            return base.ambient();
        }

        @Override
        public String describe() {
            return "role " + roleArn + " by " + base.describe();
        }
    }

    /** The agent of a container: pod identity, and tasks of a container service. */
    record Container() implements S3Credentials {
        @Override
        public boolean ambient() {
            return true;
        }

        @Override
        public String describe() {
            return "pod identity";
        }
    }

    /** The role of a virtual machine, by its metadata service (version 2). */
    record Instance() implements S3Credentials {
        @Override
        public boolean ambient() {
            return true;
        }

        @Override
        public String describe() {
            return "instance profile";
        }
    }

    /** A profile of the shared configuration files. */
    record Profile(String name) implements S3Credentials {
        @Override
        public boolean ambient() {
            return true;
        }

        @Override
        public String describe() {
            return "profile " + name;
        }
    }

    /** A program that prints credentials. */
    record Program(List<String> command) implements S3Credentials {
        public Program {
            command = List.copyOf(command);
        }

        @Override
        public String describe() {
            return "the program " + command.get(0);
        }
    }

    /** None: requests are not signed. */
    record Anonymous() implements S3Credentials {
        @Override
        public String describe() {
            return "no method";
        }
    }
}
