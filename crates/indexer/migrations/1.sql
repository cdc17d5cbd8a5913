-- Form 1. SQLite reads `BYTEA` as `BLOB`, `WITHOUT_ROWID` as `WITHOUT ROWID`, and `BIGINT NOT NULL PRIMARY KEY` as `INTEGER
-- NOT NULL PRIMARY KEY`, which is the row's own number. Bodies are SCALE. Numbers that are called `id` are the places in lists,
-- higher ones are newer: a block's number times 2^24 and a place in the block, so the same in every index of the chain.
CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value BYTEA NOT NULL);
CREATE TABLE blocks (number BIGINT NOT NULL PRIMARY KEY, hash BYTEA NOT NULL, time BIGINT NOT NULL);

-- The record with its policy and its listing.
CREATE TABLE records (record BIGINT NOT NULL PRIMARY KEY, body BYTEA NOT NULL);
-- `document` ascends in the order in which versions came: by `block`, and in a block by record and version. `whole` is the
-- record's body once more, so that what is found is read from one place and not from two.
CREATE TABLE versions (
    document BIGINT NOT NULL PRIMARY KEY, record BIGINT NOT NULL, version BIGINT NOT NULL, block BIGINT NOT NULL,
    body BYTEA NOT NULL, whole BYTEA NOT NULL
);
CREATE UNIQUE INDEX versions_version ON versions (record, version);

-- An order's id is its number on the chain. `price` is 16 bytes, the highest first.
CREATE TABLE orders (
    id BIGINT NOT NULL PRIMARY KEY, record BIGINT NOT NULL, kind BIGINT, buyer BYTEA NOT NULL, seller BYTEA NOT NULL,
    state BIGINT NOT NULL, cleared BIGINT NOT NULL, placed BIGINT NOT NULL, delivered BIGINT, ended BIGINT,
    price BYTEA NOT NULL, body BYTEA NOT NULL
);
CREATE INDEX orders_buyer ON orders (buyer, id);
CREATE INDEX orders_seller ON orders (seller, id);
CREATE INDEX orders_record ON orders (record, id);
CREATE INDEX orders_state ON orders (state, id);
CREATE INDEX orders_cleared ON orders (cleared, id);
-- What the statistics of the market read.
CREATE INDEX orders_placed ON orders (placed, kind);
CREATE INDEX orders_delivered ON orders (delivered, kind, price);
CREATE INDEX orders_ended ON orders (ended, kind, state);

CREATE TABLE reviews (
    id BIGINT NOT NULL PRIMARY KEY, subject BYTEA NOT NULL, kind BIGINT NOT NULL, record BIGINT NOT NULL,
    holder BYTEA NOT NULL, decided BIGINT, removed BIGINT NOT NULL, keyed BYTEA NOT NULL, body BYTEA NOT NULL
);
CREATE UNIQUE INDEX reviews_subject ON reviews (subject);
CREATE INDEX reviews_holder ON reviews (holder, id);
CREATE INDEX reviews_record ON reviews (record, id);
CREATE INDEX reviews_kind ON reviews (kind, id);
CREATE INDEX reviews_open ON reviews (id) WHERE decided IS NULL;
-- Who sits or sat on a panel.
CREATE TABLE seats (auditor BYTEA NOT NULL, review BIGINT NOT NULL, PRIMARY KEY (auditor, review)) WITHOUT_ROWID;
CREATE TABLE auditors (account BYTEA NOT NULL PRIMARY KEY, body BYTEA NOT NULL);

-- `expires` is the earlier of when it ends by itself and when it was revoked.
CREATE TABLE grants (
    record BIGINT NOT NULL, version BIGINT NOT NULL, grantee BYTEA NOT NULL, id BIGINT NOT NULL, owner BYTEA NOT NULL,
    expires BIGINT, cleared BIGINT NOT NULL, body BYTEA NOT NULL, PRIMARY KEY (record, version, grantee)
);
CREATE UNIQUE INDEX grants_id ON grants (id);
CREATE INDEX grants_record ON grants (record, id);
CREATE INDEX grants_grantee ON grants (grantee, id);
CREATE INDEX grants_owner ON grants (owner, id);

CREATE TABLE receipts (
    record BIGINT NOT NULL, number BIGINT NOT NULL, id BIGINT NOT NULL, vault BYTEA NOT NULL, accessor BYTEA NOT NULL,
    body BYTEA NOT NULL, PRIMARY KEY (record, number)
);
CREATE UNIQUE INDEX receipts_id ON receipts (id);
CREATE INDEX receipts_record ON receipts (record, id);
CREATE INDEX receipts_vault ON receipts (vault, id);
CREATE INDEX receipts_accessor ON receipts (accessor, id);

CREATE TABLE members (account BYTEA NOT NULL PRIMARY KEY, body BYTEA NOT NULL);
CREATE TABLE credits (account BYTEA NOT NULL PRIMARY KEY, body BYTEA NOT NULL);

-- `fields` is JSON.
CREATE TABLE events (
    id BIGINT NOT NULL PRIMARY KEY, signer BYTEA, pallet TEXT NOT NULL, event TEXT NOT NULL, fields TEXT NOT NULL
);
-- What events name: records (what = 0), orders (1), accounts (2).
CREATE TABLE named (
    what BIGINT NOT NULL, name BYTEA NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (what, name, id)
) WITHOUT_ROWID;
