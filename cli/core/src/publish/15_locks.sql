
    -- First what maintains tables is waited for (autovacuum, analyze, an index that is made concurrently), by a lock
    -- that holds up neither readers nor writers. The server stops maintenance of its own for somebody who waits for
    -- longer than it takes until it looks for deadlocks; tables whose foreign keys change are altered as well. What was
    -- just built is maintained first of all.
    -- Then everything is locked before anything changes. A reader that waits for one of these locks while it holds
    -- another must never be the one that ends a deadlock: all of them are had within less than the server waits before
    -- it looks for one (1 s), or given back.
    for item in
        with concerned as (
            select one.old_id as id, one.old_kind as kind, one.schema, one.name, false as is_new
            from jsonb_to_recordset(replaced) as one (old_id oid, old_kind text, schema text, name text)
            where one.old_id is not null
            union all
            select one.new_id, one.new_kind, one.shadow, one.name, true
            from jsonb_to_recordset(replaced) as one (new_id oid, new_kind text, shadow text, name text)
            where one.new_kind <> 'v'
            union all
            select view.id, view.kind, view.schema, view.name, false
            from jsonb_to_recordset(dependents) as view (id oid, kind text, schema text, name text)
        ),

        maintained as (
            select concerned.id, concerned.kind, concerned.schema, concerned.name, concerned.is_new
            from concerned
            where concerned.kind in ('r', 'p', 'm')
            union
            select class.oid, class.relkind::text, namespace.nspname::text, class.relname::text, false
            from concerned
            inner join pg_constraint as key
                on key.contype = 'f' and (key.conrelid = concerned.id or key.confrelid = concerned.id)
            inner join pg_class as class on class.oid = any (array[key.conrelid, key.confrelid])
            inner join pg_namespace as namespace on namespace.oid = class.relnamespace
            where not concerned.is_new
                and not is_bare
        )

        select listed.*
        from (
            select
                id, schema, name, kind, is_new, true as is_maintenance,
                format(
                    case kind
                        -- nothing has this setting
                        when 'm' then 'alter materialized view %I.%I reset (hcw)'
                        else 'lock table %I.%I in share update exclusive mode'
                    end,
                    schema, name
                ) as command
            from maintained
            union all
            select
                concerned.id, concerned.schema, concerned.name, concerned.kind, concerned.is_new, false,
                case
                    when concerned.kind in ('r', 'p')
                        then format('lock table %I.%I in access exclusive mode', concerned.schema, concerned.name)
                    -- a view alone: to lock it by that name locks what it reads as well
                    else format(
                        'alter %s %I.%I owner to %I',
                        case concerned.kind when 'v' then 'view' else 'materialized view' end,
                        concerned.schema, concerned.name, pg_get_userbyid(class.relowner)
                    )
                end
            from concerned
            inner join pg_class as class on class.oid = concerned.id and class.relpersistence <> 't'
            where concerned.kind in ('r', 'p', 'v', 'm')
                -- a single relation is locked by what is done to it
                and (is_hurried or not is_bare and not concerned.is_new)
        ) as listed
        -- what nobody reads yet, and then as readers do: a view before what it reads
        order by is_maintenance desc, is_new desc, kind = 'v' desc, id
    loop
        begin
            perform set_config('lock_timeout', case when item.is_maintenance then patience else '100ms' end, true);
            execute item.command;
        exception when insufficient_privilege then
            -- of somebody else: it is locked when it is altered or made again
            null;
        when lock_not_available then
            raise exception 'a lock on %.% was not had: it is used by %', item.schema, item.name, (
                select coalesce(string_agg(
                    case
                        when held.pid is null then 'a prepared transaction'
                        else concat('process ', held.pid, ' of ' || activity.usename)
                    end,
                    ', ' order by held.pid
                ), 'somebody who has left')
                from (
                    select distinct pid
                    from pg_locks
                    where relation = item.id
                        and database = (select oid from pg_database where datname = current_database())
                        and granted
                        and pid is distinct from pg_backend_pid()
                        and not (item.is_maintenance and mode in ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock'))
                ) as held
                left join pg_stat_activity as activity on activity.pid = held.pid
            ) using errcode = 'HCW03';
        end;
        if item.is_maintenance or item.is_new then
            locking := clock_timestamp();
        elsif clock_timestamp() - locking > interval '700 ms' then
            raise exception 'the locks on all that is published were not had in time' using errcode = 'HCW03';
        end if;
    end loop;
    perform set_config('lock_timeout', '700ms', true);
