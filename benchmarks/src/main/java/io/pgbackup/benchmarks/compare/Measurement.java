package io.pgbackup.benchmarks.compare;

/**
 * One timed run.
 *
 * @param wall seconds
 * @param cpu CPU seconds of the tool, user and system, with all of its processes
 * @param serverCpu CPU seconds of the PostgreSQL server meanwhile
 * @param otherCpu CPU seconds of everything else on the machine meanwhile, the kernel's writing back included
 * @param bytes stored in the repository, or restored
 */
record Measurement(double wall, double cpu, double serverCpu, double otherCpu, long bytes) {
    /**
     * Times something.
     *
     * @param server whose CPU time is told apart
     * @param task to be timed
     * @return without bytes
     */
    static Measurement of(ComparedServer server, Runnable task) {
        double machine = CpuSeconds.ofMachine();
        double serverBefore = server.cpuSeconds();
        double own = CpuSeconds.ofThisProcess() + CpuSeconds.ofEndedChildren();
        long begin = System.nanoTime();
        task.run();
        double wall = (System.nanoTime() - begin) / 1e9;
        double cpu = CpuSeconds.ofThisProcess() + CpuSeconds.ofEndedChildren() - own;
        double serverCpu = server.cpuSeconds() - serverBefore;
        double other = Math.max(0, CpuSeconds.ofMachine() - machine - cpu - serverCpu);
        return new Measurement(wall, cpu, serverCpu, other, 0);
    }

    Measurement withBytes(long stored) {
        return new Measurement(wall, cpu, serverCpu, otherCpu, stored);
    }
}
