
    for item in
        select statement ->> 0 as object, statement ->> 1 as command
        from jsonb_array_elements(drops) with ordinality as listed (statement, position)
        where statement ->> 1 is not null
        order by position
    loop
        begin
            execute item.command;
        exception when lock_not_available or deadlock_detected then
            raise;
        when insufficient_privilege then
            in_the_way := in_the_way || format('%s cannot be made again: %s', item.object, sqlerrm);
        when others then
            in_the_way := in_the_way || format('%s cannot be made again (SQLSTATE %s)', item.object, sqlstate);
        end;
    end loop;
    if in_the_way <> '{}' then
        raise exception 'nothing was published: %', array_to_string(in_the_way, '; ')
            using errcode = 'HCW01';
    end if;

    for item in
        select *
        from jsonb_to_recordset(replaced)
            as one (schema text, name text, shadow text, retired text, old_id oid, old_kind text, new_kind text)
        order by old_id, schema, name
    loop
        if is_bare and item.old_kind = 'v' then
            execute format('drop view %I.%I', item.schema, item.name);
        elsif item.old_kind is not null and item.old_kind not in ('v', 'm') then
            execute format('alter table %I.%I rename to %I', item.schema, item.name, 'hcw_' || item.old_id);
            execute format('alter table %I.%I set schema %I', item.schema, 'hcw_' || item.old_id, item.retired);
        end if;
        execute format(
            'alter %s %I.%I set schema %I',
            case item.new_kind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
            item.shadow, item.name, item.schema
        );
    end loop;

    -- each by itself, so that all that cannot be made are told
    for item in
        select statement ->> 0 as object, statement ->> 1 as command
        from jsonb_array_elements(makes) with ordinality as listed (statement, position)
        where statement ->> 1 is not null
        order by position
    loop
        begin
            execute item.command;
        exception when lock_not_available or deadlock_detected then
            raise;
        when insufficient_privilege then
            in_the_way := in_the_way || format('%s cannot be made again: %s', item.object, sqlerrm);
        when others then
            in_the_way := in_the_way || format('%s cannot be made again (SQLSTATE %s)', item.object, sqlstate);
        end;
    end loop;
    if in_the_way <> '{}' then
        raise exception 'nothing was published: %', array_to_string(in_the_way, '; ')
            using errcode = 'HCW01';
    end if;
    for item in
        select statement ->> 0 as object, statement ->> 1 as command
        from jsonb_array_elements(checks) with ordinality as listed (statement, position)
        order by position
    loop
        begin
            execute item.command;
        exception when foreign_key_violation then
            -- node by node, the table may be one that the run has yet to build
            if is_hurried then
                in_the_way := in_the_way || format('rows refer by %s to rows that are gone', item.object);
            end if;
        end;
    end loop;
    if in_the_way <> '{}' then
        raise exception 'nothing was published: %', array_to_string(in_the_way, '; ')
            using errcode = 'HCW01';
    end if;
    perform set_config('search_path', search_path, true);
    perform set_config('jit', jit, true);
    perform set_config('lock_timeout', lock_timeout, true);
    exit;
exception when sqlstate 'HCW03' or lock_not_available or deadlock_detected then
    if is_hurried or clock_timestamp() - began > interval '10 minutes' then
        raise;
    end if;
    perform pg_sleep(pause);
    pause := least(pause * 2, 5);
end;
end loop;
end
$hcw$;
