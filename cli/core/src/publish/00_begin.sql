-- Puts relations that were built in a shadow schema in the place of those that stand, in one transaction: all of
-- them or none. What others have hung on the old ones goes over to the new ones or is made again: views and
-- materialized views, foreign keys, grants, owner, row-level security, policies, triggers, rules, publications,
-- statistics, comments, labels, indexes and constraints made by hand, storage settings. What cannot go over stops
-- everything with SQLSTATE HCW01 and a list of all objects in the way; nothing is dropped by CASCADE.
--
-- An old table is moved to the schema `retired` and dropped when the run has ended: dropping it here would lock the
-- tables that its foreign keys point at, which others are reading.
do $hcw$
declare
    -- schema, name, shadow, retired; contracted: whether the model's contract declares the constraints; granted:
    -- whether its grants are all declared; declared: those that are
    replacements constant jsonb := {replacements};
    -- whether hcw itself tries again when locks are not had at once
    is_hurried constant boolean := {is_hurried};
    search_path constant text := current_setting('search_path');
    jit constant text := current_setting('jit');
    lock_timeout constant text := current_setting('lock_timeout');
    -- longer than the server waits before it looks for deadlocks, in milliseconds
    patience constant text
        := ceil(extract(epoch from current_setting('deadlock_timeout')::interval) * 1000 + 2000)::text;
    began constant timestamptz := clock_timestamp();
    pause double precision := 0.05;
begin
    -- Nobody waits long behind a lock that cannot be had: all of it is given back and tried again, for ten minutes.
loop
declare
    -- the same with old_id (null: there was none), old_kind, new_id, new_kind
    replaced jsonb;
    -- relations of others that read them: id, kind, schema, name, depth
    dependents jsonb := '[]';
    -- both, as far as they stand: id, new_id (null: made again), kind, schema, name, contracted, granted,
    -- declared
    kept jsonb;
    -- statements before and after the move, and at the end, each with the object that it is about
    drops jsonb := '[]';
    makes jsonb := '[]';
    checks jsonb := '[]';
    in_the_way text[] := '{}';
    is_bare boolean;
    locking timestamptz := clock_timestamp();
    item record;
    moved_kind text;
begin
    -- one at a time in a database: two that share dependents would lock each other out
    perform pg_advisory_xact_lock(hashtextextended('hcw swap', 0));
    -- definitions are printed with all names qualified
    perform set_config('search_path', 'pg_catalog', true);
    perform set_config('jit', 'off', true);
    -- a run that says it is published stays published
    if is_hurried and current_setting('synchronous_commit') = 'off' then
        perform set_config('synchronous_commit', 'on', true);
    end if;

    select coalesce(jsonb_agg(to_jsonb(one)), '[]') into replaced
    from (
        select wanted.*, old.oid as old_id, old.relkind as old_kind, new.oid as new_id, new.relkind as new_kind
        from jsonb_to_recordset(replacements)
            as wanted (
                schema text, name text, shadow text, retired text, contracted boolean, granted boolean, declared jsonb
            )
        inner join pg_class as new on new.oid = to_regclass(format('%I.%I', wanted.shadow, wanted.name))
        left join pg_class as old on old.oid = to_regclass(format('%I.%I', wanted.schema, wanted.name))
    ) as one;
    if jsonb_array_length(replaced) < jsonb_array_length(replacements) then
        raise exception 'not everything that was to be published is in the shadow'
            using errcode = 'HCW02';
    end if;
