package io.pgbackup.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Operations per nanosecond of CPU time of the process: what a benchmark is worth on a machine that has other work to do. Use with
 * {@code -prof io.pgbackup.benchmarks.CpuRate}.
 */
public final class CpuRate implements InternalProfiler {
    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private long before;

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        before = system.getProcessCpuTime();
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        double rate = (double) result.getMetadata().getAllOps() / (system.getProcessCpuTime() - before);
        return List.of(new ScalarResult("cpu", rate, "ops/cpu-ns", AggregationPolicy.MAX));
    }

    @Override
    public String getDescription() {
        return "Operations per nanosecond of CPU time";
    }
}
