-- Made on demand, by whoever builds first. What is described here is documented in docs/state.md.
select pg_advisory_xact_lock(hashtextextended('hcw state tables', 0));
create schema if not exists hcw;
create table if not exists hcw.runs (
    run_id text primary key,
    scope text not null,
    verb text not null,
    target text not null,
    hcw_version text not null,
    publish text not null,
    threads integer not null,
    started_at timestamptz not null,
    seconds double precision,
    status text not null,
    counts jsonb not null default '{}',
    held_record text
);
create index if not exists runs_by_scope on hcw.runs (scope, started_at);
create table if not exists hcw.run_nodes (
    run_id text not null,
    position integer not null,
    unique_id text not null,
    label text not null,
    kind text not null,
    status text not null,
    reason text,
    started_seconds double precision,
    seconds double precision,
    rows bigint,
    bytes_written bigint,
    temp_bytes bigint,
    blocks_hit bigint,
    blocks_read bigint,
    query_ids bigint[] not null default '{}',
    waits_for integer[] not null default '{}',
    primary key (run_id, position)
);
create table if not exists hcw.node_state (
    scope text not null,
    unique_id text not null,
    version text not null,
    parts jsonb not null,
    inputs jsonb not null,
    relation jsonb,
    recorded_at timestamptz not null default now(),
    primary key (scope, unique_id)
);
create table if not exists hcw.built_relations (
    scope text not null,
    unique_id text not null,
    oid oid not null,
    schema text not null,
    name text not null,
    primary key (scope, unique_id, oid)
);
-- of runs before there was this table
insert into hcw.built_relations (scope, unique_id, oid, schema, name)
select state.scope, state.unique_id, class.oid, namespace.nspname, class.relname
from hcw.node_state as state
inner join pg_catalog.pg_class as class on class.oid = (state.relation ->> 'oid')::oid
inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
on conflict do nothing;
comment on table hcw.built_relations is
'The relations that hcw has built for nodes and that still stand, those that no node is for any more among them.';
comment on table hcw.runs is 'One row per call of hcw that built something; see docs/state.md.';
comment on table hcw.run_nodes is 'One row per step of a run: how long it took and what it cost.';
comment on table hcw.node_state is
'What was built or has passed: one row per node of a project and schema, as of its last good end.';
