package io.pgbackup.core.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import org.junit.jupiter.api.Test;

class StreamStateTest {
    private static final WalSegmentSize MIB = new WalSegmentSize(1 << 20);

    private static StreamState state(Acknowledge acknowledge) {
        StreamState state = new StreamState(acknowledge);
        state.begin(new StreamStart(Timeline.FIRST, Lsn.parse("0/500000")), MIB);
        return state;
    }

    private static CopyStream.Reply reply(String written, String flushed) {
        return new CopyStream.Reply(Lsn.parse(written), Lsn.parse(flushed));
    }

    @Test
    void onlyWhatIsStoredIsFlushed() {
        StreamState state = state(Acknowledge.STORED);
        state.received(Lsn.parse("0/580000"), Lsn.parse("0/580000"));
        state.synced(Lsn.parse("0/580000"));
        assertThat(state.reply()).isEqualTo(reply("0/580000", "0/500000"));
        state.stored(Lsn.parse("0/540000"));
        assertThat(state.reply()).isEqualTo(reply("0/580000", "0/540000"));
    }

    @Test
    void onDiskItIsFlushedButTheServerKeepsEverySegmentThatIsNotStoredAsAWhole() {
        StreamState state = state(Acknowledge.ON_LOCAL_DISK);
        state.received(Lsn.parse("0/780000"), Lsn.parse("0/780000"));
        assertThat(state.reply()).isEqualTo(reply("0/780000", "0/500000"));
        state.synced(Lsn.parse("0/580000"));
        assertThat(state.reply()).isEqualTo(reply("0/780000", "0/580000"));
        state.synced(Lsn.parse("0/780000"));
        assertThat(state.reply()).isEqualTo(reply("0/780000", "0/5FFFF8"));
        state.stored(Lsn.parse("0/5FFFF8"));
        assertThat(state.reply()).isEqualTo(reply("0/780000", "0/5FFFF8"));
        state.stored(Lsn.parse("0/600000"));
        assertThat(state.reply()).isEqualTo(reply("0/780000", "0/6FFFF8"));
        state.stored(Lsn.parse("0/700000"));
        assertThat(state.reply()).isEqualTo(reply("0/780000", "0/780000"));
    }

    @Test
    void theFirstFailureCounts() {
        StreamState state = state(Acknowledge.STORED);
        state.end(null);
        state.end(new IllegalStateException("too late"));
        assertThat(state.ending()).isTrue();
        assertThat(state.failure()).isEmpty();
    }
}
