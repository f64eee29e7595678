package io.pgbackup.core.postgres.stream;

import java.util.List;
import java.util.concurrent.ThreadFactory;

/** The threads that a receiver has from begin to end. */
final class Crew {
    private final Thread receiving;
    private final Thread delivering;
    private final Thread watching;

    private final Delivery delivery;

    Crew(ThreadFactory threads, Runnable receive, Delivery deliver, Runnable watch) {
        delivery = deliver;
        receiving = threads.newThread(receive);
        delivering = threads.newThread(deliver);
        watching = threads.newThread(watch);
        List.of(delivering, receiving, watching).forEach(Thread::start);
    }

    /** Waits until the one that receives has seen to the last delivery, then ends the others. */
    void dismiss() {
        boolean interrupted = join(receiving);
        delivery.end();
        delivering.interrupt();
        interrupted |= join(delivering);
        interrupted |= join(watching);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the end of a thread that ends soon; true if the caller was interrupted meanwhile, which is for others to notice. */
    static boolean join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }
}
