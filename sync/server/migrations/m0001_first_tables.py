"""The first tables of the council's server, frozen as they were released."""

from __future__ import annotations

NUMBER = 1

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE attempt (
        council_id TEXT NOT NULL,
        attempt_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        address TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (council_id, attempt_id)
    )""",
    """CREATE INDEX attempt_by_time ON attempt (council_id, kind, at)""",
    """CREATE TABLE audit (
        council_id TEXT NOT NULL,
        no BIGINT NOT NULL,
        at TEXT NOT NULL,
        worker_id TEXT NOT NULL,
        device_id TEXT NOT NULL,
        action TEXT NOT NULL,
        detail TEXT NOT NULL,
        previous_hash TEXT NOT NULL,
        hash TEXT NOT NULL,
        PRIMARY KEY (council_id, no)
    )""",
    """CREATE TABLE council (
        council_id TEXT NOT NULL,
        name TEXT NOT NULL,
        timeline TEXT NOT NULL,
        seq BIGINT NOT NULL,
        audit_no BIGINT NOT NULL,
        audit_hash TEXT NOT NULL,
        challenge_secret BLOB NOT NULL,
        created_at TEXT NOT NULL,
        PRIMARY KEY (council_id)
    )""",
    """CREATE TABLE held_back (
        council_id TEXT NOT NULL,
        held_id TEXT NOT NULL,
        content_hash TEXT NOT NULL,
        version_id TEXT NOT NULL,
        record_id TEXT NOT NULL,
        scope_id TEXT NOT NULL,
        worker_id TEXT NOT NULL,
        device_id TEXT NOT NULL,
        batch_id TEXT NOT NULL,
        reason_code TEXT NOT NULL,
        reason TEXT NOT NULL,
        state TEXT NOT NULL,
        received_at TEXT NOT NULL,
        content BLOB NOT NULL,
        PRIMARY KEY (council_id, held_id),
        UNIQUE (council_id, content_hash)
    )""",
    """CREATE INDEX held_back_by_record ON held_back (council_id, record_id)""",
    """CREATE INDEX held_back_by_state ON held_back (council_id, state, received_at)""",
    """CREATE TABLE op (
        council_id TEXT NOT NULL,
        device_id TEXT NOT NULL,
        device_epoch BIGINT NOT NULL,
        op_no BIGINT NOT NULL,
        version_id TEXT NOT NULL,
        PRIMARY KEY (council_id, device_id, device_epoch, op_no)
    )""",
    """CREATE TABLE scope (
        council_id TEXT NOT NULL,
        scope_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        code TEXT NOT NULL,
        created_at TEXT NOT NULL,
        PRIMARY KEY (council_id, scope_id),
        UNIQUE (council_id, kind, code)
    )""",
    """CREATE TABLE spent_challenge (
        council_id TEXT NOT NULL,
        challenge_hash TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        PRIMARY KEY (council_id, challenge_hash)
    )""",
    """CREATE TABLE worker (
        council_id TEXT NOT NULL,
        worker_id TEXT NOT NULL,
        sign_in_name TEXT NOT NULL,
        display_name TEXT NOT NULL,
        job_title TEXT NOT NULL,
        team TEXT NOT NULL,
        password_hash TEXT,
        grant_counter BIGINT NOT NULL,
        is_server BOOLEAN NOT NULL,
        created_at TEXT NOT NULL,
        left_at TEXT,
        PRIMARY KEY (council_id, worker_id),
        UNIQUE (council_id, sign_in_name)
    )""",
    """CREATE TABLE assignment (
        council_id TEXT NOT NULL,
        assignment_id TEXT NOT NULL,
        scope_id TEXT NOT NULL,
        worker_id TEXT NOT NULL,
        role TEXT NOT NULL,
        is_lead BOOLEAN NOT NULL,
        from_at TEXT NOT NULL,
        to_at TEXT,
        PRIMARY KEY (council_id, assignment_id),
        FOREIGN KEY(council_id, scope_id) REFERENCES scope (council_id, scope_id),
        FOREIGN KEY(council_id, worker_id) REFERENCES worker (council_id, worker_id)
    )""",
    """CREATE INDEX assignment_by_scope ON assignment (council_id, scope_id, to_at)""",
    """CREATE INDEX assignment_by_worker ON assignment (council_id, worker_id, to_at)""",
    """CREATE TABLE device (
        council_id TEXT NOT NULL,
        device_id TEXT NOT NULL,
        worker_id TEXT NOT NULL,
        name TEXT NOT NULL,
        public_key BLOB NOT NULL,
        enrolled_at TEXT NOT NULL,
        last_seen_at TEXT,
        revoked_at TEXT,
        forked_at TEXT,
        PRIMARY KEY (council_id, device_id),
        FOREIGN KEY(council_id, worker_id) REFERENCES worker (council_id, worker_id)
    )""",
    """CREATE INDEX device_by_worker ON device (council_id, worker_id)""",
    """CREATE TABLE enrolment_code (
        council_id TEXT NOT NULL,
        code_id TEXT NOT NULL,
        worker_id TEXT NOT NULL,
        code_hash TEXT NOT NULL,
        created_at TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        used_at TEXT,
        PRIMARY KEY (council_id, code_id),
        FOREIGN KEY(council_id, worker_id) REFERENCES worker (council_id, worker_id)
    )""",
    """CREATE INDEX enrolment_code_by_worker ON enrolment_code (council_id, worker_id)""",
    """CREATE TABLE record (
        council_id TEXT NOT NULL,
        record_id TEXT NOT NULL,
        scope_id TEXT NOT NULL,
        type TEXT NOT NULL,
        policy_class TEXT NOT NULL,
        author_id TEXT NOT NULL,
        head_version_id TEXT NOT NULL,
        head_seq BIGINT NOT NULL,
        audience TEXT NOT NULL,
        is_finished BOOLEAN NOT NULL,
        is_deleted BOOLEAN NOT NULL,
        is_erased BOOLEAN NOT NULL,
        PRIMARY KEY (council_id, record_id),
        UNIQUE (council_id, head_seq),
        FOREIGN KEY(council_id, scope_id) REFERENCES scope (council_id, scope_id)
    )""",
    """CREATE INDEX record_by_scope ON record (council_id, scope_id, head_seq)""",
    """CREATE TABLE batch (
        council_id TEXT NOT NULL,
        batch_id TEXT NOT NULL,
        device_id TEXT NOT NULL,
        signature BLOB NOT NULL,
        envelope_hashes TEXT NOT NULL,
        received_at TEXT NOT NULL,
        PRIMARY KEY (council_id, batch_id),
        FOREIGN KEY(council_id, device_id) REFERENCES device (council_id, device_id)
    )""",
    """CREATE TABLE imported (
        council_id TEXT NOT NULL,
        record_id TEXT NOT NULL,
        fields TEXT NOT NULL,
        PRIMARY KEY (council_id, record_id),
        FOREIGN KEY(council_id, record_id) REFERENCES record (council_id, record_id)
    )""",
    """CREATE TABLE token (
        council_id TEXT NOT NULL,
        token_hash TEXT NOT NULL,
        device_id TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        PRIMARY KEY (council_id, token_hash),
        FOREIGN KEY(council_id, device_id) REFERENCES device (council_id, device_id)
    )""",
    """CREATE INDEX token_by_device ON token (council_id, device_id)""",
    """CREATE TABLE version (
        council_id TEXT NOT NULL,
        version_id TEXT NOT NULL,
        record_id TEXT NOT NULL,
        seq BIGINT NOT NULL,
        author_id TEXT NOT NULL,
        audience TEXT NOT NULL,
        outcome TEXT NOT NULL,
        envelope_hash TEXT NOT NULL,
        batch_id TEXT NOT NULL,
        received_at TEXT NOT NULL,
        envelope BLOB NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (council_id, version_id),
        UNIQUE (council_id, seq),
        FOREIGN KEY(council_id, record_id) REFERENCES record (council_id, record_id),
        FOREIGN KEY(council_id, batch_id) REFERENCES batch (council_id, batch_id)
    )""",
    """CREATE INDEX version_by_record ON version (council_id, record_id, seq)""",
)
