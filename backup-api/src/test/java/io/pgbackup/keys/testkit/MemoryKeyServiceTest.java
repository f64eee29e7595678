package io.pgbackup.keys.testkit;

import io.pgbackup.keys.KeyServiceException.Reason;
import io.pgbackup.keys.KeyWrapper;

/** The service in memory keeps the contract too. */
class MemoryKeyServiceTest extends KeyWrapperContract {
    private final MemoryKeyService service =
            new MemoryKeyService().rotate("main").rotate("other");
    private int unanswered;

    @Override
    protected KeyWrapper mainKey() {
        return service.key("main");
    }

    @Override
    protected KeyWrapper otherKey() {
        return service.key("other");
    }

    @Override
    protected void befall(Trouble trouble) {
        switch (trouble) {
            case DENIED -> service.refuse("main", Reason.DENIED);
            case UNREACHABLE -> {
                service.breakDown(2);
                unanswered = 2;
            }
            case OVERLOADED -> service.breakDown(2);
            case DISABLED, DELETED -> service.refuse("main", Reason.KEY_UNUSABLE);
        }
    }

    @Override
    protected void rotate() {
        service.rotate("main");
    }

    @Override
    protected boolean disableOldVersions() {
        service.refuse("main/1", Reason.KEY_UNUSABLE);
        return true;
    }

    @Override
    protected int requests() {
        int asked = service.wraps() + service.unwraps();
        return unanswered > 0 && asked > unanswered ? asked - unanswered : asked;
    }
}
