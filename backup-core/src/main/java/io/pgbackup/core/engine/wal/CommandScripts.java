package io.pgbackup.core.engine.wal;

import io.pgbackup.wal.JavaFallback;
import io.pgbackup.wal.WalPolicy;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The shell scripts that the server runs for each WAL file. They ask the service over its socket, by curl or, where that is not installed, by perl. Exit
 * codes are those that the server understands ({@code pgarch.c}, {@code xlogarchive.c}): for archiving everything but 0 means "again, later"; for restoring
 * 1 means "there is no such file", and only more than 125 stops recovery.
 */
final class CommandScripts {
    private static final int ARCHIVE_SECONDS = 120;
    private static final int RESTORE_SECONDS = 600;
    private static final int RESTORE_PATIENCE_SECONDS = 30;

    /** The answer's body goes to a file, or is printed for the file {@code -}; then its status is printed, three digits. */
    private static final String ASK = """
            #!/bin/sh
            # Written by pgbackup; written anew whenever its service is asked for it.
            set -u
            socket=%s
            ask() { # path, file for the answer, seconds
              if command -v curl > /dev/null 2>&1; then
                curl -s --max-time "$3" --unix-socket "$socket" -o "$2" -w '%%{http_code}' "http://localhost$1"
              else
                perl -MIO::Socket::UNIX -e '
                  my ($socket, $path, $file, $seconds) = @ARGV;
                  alarm $seconds;
                  my $service = IO::Socket::UNIX->new(Peer => $socket) or exit 7;
                  binmode $service;
                  print $service "GET $path HTTP/1.0\\r\\n\\r\\n";
                  $service->flush;
                  my $status = <$service>;
                  defined $status and $status =~ m{^HTTP/1\\.\\d (\\d+)} or exit 52;
                  my $code = $1;
                  my $length = -1;
                  while (defined(my $line = <$service>)) {
                    last if $line =~ /^\\r?\\n$/;
                    $length = $1 if $line =~ /^Content-Length: (\\d+)/i;
                  }
                  my $out;
                  if ($file eq "-") { $out = \\*STDOUT; } else { open $out, ">", $file or exit 23; }
                  binmode $out;
                  my $count = 0;
                  while (my $read = read $service, my $bytes, 65536) {
                    print $out $bytes or exit 23;
                    $count += $read;
                  }
                  exit 18 if $count != $length;
                  if ($file ne "-") { close $out or exit 23; }
                  print $code;
                ' "$socket" "$1" "$2" "$3"
              fi
            }
            """;

    /** Nobody listens at the socket: 7 is what both ways of asking end with then. */
    private static final String NO_JAVA = """
            can_launch() { return 1; }
            launch() { return 1; }
            settings=
            """;

    private static final String JAVA = """
            can_launch() { return 0; }
            settings=%s
            launch() { %s "$@"; }
            """;

    private static final String ARCHIVE = """
            answer=$(ask "/push/$1" - %d)
            asked=$?
            if [ "$asked" = 7 ] && can_launch; then
              launch push "$settings" "$2" && exit 0
              exit 1
            fi
            [ "$asked" = 0 ] || { echo "pgbackup does not answer at $socket: is its process up?" >&2; exit 1; }
            [ "$answer" = 200 ] && exit 0
            printf '%%s\n' "${answer%%???}" >&2
            exit 1
            """;

    private static final String RESTORE = """
            trap 'rm -f "$2.pgbackup-part"' EXIT
            waited=0
            while :; do
              if code=$(ask "/fetch/%d/$1" "$2.pgbackup-part" %d); then
                case $code in
                  200) mv -f "$2.pgbackup-part" "$2" && exit 0; exit 126 ;;
                  404) exit 1 ;;
                  *) cat "$2.pgbackup-part" >&2; exit 126 ;;
                esac
              elif [ "$?" = 7 ] && can_launch; then
                launch fetch "$settings" "$1" "$2"
                case $? in
                  0) exit 0 ;;
                  %d) exit 1 ;;
                  *) exit 126 ;;
                esac
              fi
              if [ "$waited" -ge %d ]; then
                echo "pgbackup does not answer at $socket: is its process up?" >&2
                exit 126
              fi
              waited=$((waited + 1))
              sleep 1
            done
            """;

    /** Copies durably into the spool. A hard link never replaces what is there, and appears whole. */
    private static final String SPOOL = """
            #!/bin/sh
            # Written by pgbackup; written anew whenever its service is asked for it.
            set -u
            LC_ALL=C
            export LC_ALL
            spool=%s
            limit=%d
            fail() {
              echo "pgbackup: $1 is not archived: $2" >&2
              exit 1
            }
            # What is there must be the same.
            kept() {
              cmp -s "$2" "$spool/$1"
              case $? in
                0) sync "$spool/$1" "$spool" || fail "$1" "the spool $spool cannot be synchronised"; exit 0 ;;
                1) fail "$1" "the spool $spool has another file under this name: two servers archive into it, or this one was turned back" ;;
                *) fail "$1" "it was just taken out of the spool $spool, or cannot be read" ;;
              esac
            }
            [ -d "$spool" ] || fail "$1" "there is no spool $spool: is its disk there?"
            [ -e "$spool/$1" ] && kept "$1" "$2"
            size=$(wc -c < "$2") || fail "$1" "$2 cannot be read"
            used=$(du -sk "$spool" | cut -f1) || fail "$1" "the spool $spool cannot be measured"
            [ $((used * 1024 + size)) -le "$limit" ] || fail "$1" "the spool $spool is full: $used KiB of $limit bytes wait"
            part="$spool/.$1.$$.part"
            trap 'rm -f "$part"' EXIT
            cp "$2" "$part" || fail "$1" "it cannot be copied into the spool $spool"
            sync "$part" || fail "$1" "the spool $spool cannot be synchronised"
            ln "$part" "$spool/$1" 2> /dev/null || { [ -e "$spool/$1" ] && kept "$1" "$2"; fail "$1" "the spool $spool takes no links"; }
            rm -f "$part"
            sync "$spool" || fail "$1" "the spool $spool cannot be synchronised"
            exit 0
            """;

    private CommandScripts() {}

    /** Asks nobody: copies into a spool. */
    static String spool(WalPolicy.Spool spool) {
        return filled(SPOOL, quoted(spool.directory()), spool.bytes());
    }

    static String archive(Path socket, Optional<JavaFallback> fallback) {
        return filled(ASK, quoted(socket)) + launching(fallback) + filled(ARCHIVE, ARCHIVE_SECONDS);
    }

    /** Identity 0 is the current one. */
    static String restore(Path socket, Optional<JavaFallback> fallback) {
        return filled(ASK, quoted(socket))
                + launching(fallback)
                + filled(RESTORE, 0, RESTORE_SECONDS, LaunchedCommand.MISSING, RESTORE_PATIENCE_SECONDS);
    }

    private static String launching(Optional<JavaFallback> fallback) {
        return fallback.map(java -> filled(
                        JAVA,
                        quoted(java.settings().toString()),
                        JavaLaunching.command(java).stream()
                                .map(CommandScripts::quoted)
                                .collect(Collectors.joining(" "))))
                .orElse(NO_JAVA);
    }

    /** With the digits that a shell knows, whatever the locale has. */
    private static String filled(String script, Object... values) {
        return String.format(Locale.ROOT, script, values);
    }

    /** One word for a shell. */
    static String quoted(Path path) {
        return quoted(path.toString());
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
