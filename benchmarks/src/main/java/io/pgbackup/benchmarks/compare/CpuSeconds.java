package io.pgbackup.benchmarks.compare;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * CPU time, user and system, as the Linux kernel accounts it; elsewhere everything but this process is unknown: not a number. Stateless.
 */
final class CpuSeconds {
    /** The unit of {@code /proc}: USER_HZ, 100 on every architecture that runs a JVM. */
    private static final double TICKS = 100;

    private static final int USER = 11;
    private static final int ENDED_CHILDREN = 13;
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private CpuSeconds() {}

    /** This JVM: all of its threads, also those of compiler and garbage collector. */
    static double ofThisProcess() {
        return SYSTEM.getProcessCpuTime() / 1e9;
    }

    /** Children of this process that have ended and been waited for, with theirs. A process is charged here as a whole at its end. */
    static double ofEndedChildren() {
        return sum("self", ENDED_CHILDREN);
    }

    /** A process, the children it has waited for, and all that live below it. */
    static double ofTree(ProcessHandle root) {
        String id = Long.toString(root.pid());
        double seconds = sum(id, USER) + sum(id, ENDED_CHILDREN);
        try (Stream<ProcessHandle> below = root.descendants()) {
            for (ProcessHandle process : below.toList()) {
                double used = sum(Long.toString(process.pid()), USER);
                seconds += Double.isNaN(used) ? 0 : used;
            }
        }
        return seconds;
    }

    /** All processors of the machine, whoever used them. */
    static double ofMachine() {
        try {
            String[] fields = Files.readAllLines(Path.of("/proc/stat")).get(0).split(" +");
            // user, nice, system, then idle and waiting, then both kinds of interrupts.
            long ticks = 0;
            for (int field : new int[] {1, 2, 3, 6, 7}) {
                ticks += Long.parseLong(fields[field]);
            }
            return ticks / TICKS;
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    /** Two neighbouring numbers of a process, counted behind its name, which may hold anything. */
    private static double sum(String process, int first) {
        try {
            String stat = Files.readString(Path.of("/proc", process, "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[first]) + Long.parseLong(fields[first + 1])) / TICKS;
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
