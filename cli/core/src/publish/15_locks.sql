
    -- Everything is locked before anything changes. A reader that waits for one of these locks while it holds another
    -- must never be the one that ends a deadlock: all of them are had within less than the server waits before it
    -- looks for one (1 s), or given back.
    perform set_config('lock_timeout', '100ms', true);
    for item in
        select schema, name
        from (
            select one.old_id as id, one.old_kind as kind, one.schema, one.name
            from jsonb_to_recordset(replaced) as one (old_id oid, old_kind text, schema text, name text)
            union all
            select view.id, view.kind, view.schema, view.name
            from jsonb_to_recordset(dependents) as view (id oid, kind text, schema text, name text)
        ) as locked
        where kind in ('r', 'p', 'v')
            -- a single relation is locked by what is done to it
            and (is_hurried or not is_bare)
        -- as readers do: a view before what it reads
        order by kind = 'v' desc, id
    loop
        begin
            execute format('lock table %I.%I in access exclusive mode', item.schema, item.name);
        exception when insufficient_privilege then
            -- a view of somebody who may not lock what it reads: it is locked when it is made again
            null;
        end;
        if clock_timestamp() - locking > interval '700 ms' then
            raise exception 'the locks were not had in time' using errcode = 'lock_not_available';
        end if;
    end loop;
    perform set_config('lock_timeout', '700ms', true);
