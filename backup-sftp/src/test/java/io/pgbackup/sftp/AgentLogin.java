package io.pgbackup.sftp;

/** Logs in with the agent of its environment: a program, because a Java process cannot change its own environment. */
final class AgentLogin {
    private AgentLogin() {}

    public static void main(String[] arguments) throws Exception {
        System.out.println(Objects.roundTrip(arguments[0], Sftp.agent().pinnedHostKey(arguments[1])));
    }
}
