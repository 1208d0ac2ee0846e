
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
    -- types of somebody else
    select in_the_way || coalesce(array_agg(format(
        '%s has the name of what is published', pg_describe_object('pg_type'::regclass, other.oid, 0)
    )), '{}') into in_the_way
    from jsonb_to_recordset(replaced) as one (old_id oid, schema text, name text)
    inner join pg_type as other
        on other.typname = one.name
        and other.typnamespace = (select oid from pg_namespace where nspname = one.schema)
    where one.old_id is null
        -- the server gives way with the names of types of arrays
        and other.typcategory <> 'A';
    -- indexes take their names along: those of relations that stay where they are, as of one that was renamed by hand
    select in_the_way || coalesce(array_agg(format(
        '%s%s has the name of an index of %I.%I', pg_describe_object('pg_class'::regclass, other.oid, 0),
        ' of ' || other_index.indrelid::regclass, one.schema, one.name
    )), '{}') into in_the_way
    from jsonb_to_recordset(replaced) as one (new_id oid, schema text, name text)
    inner join pg_index as new_index on new_index.indrelid = one.new_id
    inner join pg_class as new_name on new_name.oid = new_index.indexrelid
    inner join pg_class as other
        on other.relname = new_name.relname
        and other.relnamespace = (select oid from pg_namespace where nspname = one.schema)
    left join pg_index as other_index on other_index.indexrelid = other.oid
    where not exists (
        select from jsonb_to_recordset(replaced) as own (old_id oid) where own.old_id = other_index.indrelid
    );
    if in_the_way <> '{}' then
        raise exception 'nothing was published: %', array_to_string(in_the_way, '; ')
            using errcode = 'HCW01';
    end if;

    for item in
        select *
        from jsonb_to_recordset(replaced)
            as one (
                schema text, name text, shadow text, retired text, old_id oid, old_kind text, new_id oid, new_kind text
            )
        order by old_id, schema, name
    loop
        if is_bare and item.old_kind = 'v' then
            execute format('drop view %I.%I', item.schema, item.name);
        elsif item.old_kind is not null and item.old_kind not in ('v', 'm') then
            execute format('alter table %I.%I rename to %I', item.schema, item.name, 'hcw_' || item.old_id);
            execute format('alter table %I.%I set schema %I', item.schema, 'hcw_' || item.old_id, item.retired);
        end if;
        moved_kind := case item.new_kind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end;
        -- The type of its arrays has another name than in the schema where it goes, if that of another relation there
        -- has this one already (`orders` beside `_orders`): the server finds a free one when a relation is renamed.
        if exists (
            select from pg_class as new
            inner join pg_type as row_type on row_type.oid = new.reltype
            inner join pg_type as moved on moved.oid in (row_type.oid, row_type.typarray)
            inner join pg_type as present
                on present.typname = moved.typname
                and present.typnamespace = (select oid from pg_namespace where nspname = item.schema)
            where new.oid = item.new_id
        ) then
            execute format('alter %s %I.%I rename to %I', moved_kind, item.shadow, item.name, 'hcw_' || item.new_id);
            execute format('alter %s %I.%I set schema %I', moved_kind, item.shadow, 'hcw_' || item.new_id, item.schema);
            execute format('alter %s %I.%I rename to %I', moved_kind, item.schema, 'hcw_' || item.new_id, item.name);
        else
            execute format('alter %s %I.%I set schema %I', moved_kind, item.shadow, item.name, item.schema);
        end if;
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
    -- views that a build has made for nodes that are no more are known as such when they have been made again
    if dependents <> '[]' then
        begin
            if to_regclass('hcw.built_relations') is not null then
                update hcw.built_relations as built
                set oid = to_regclass(format('%I.%I', view.schema, view.name))
                from jsonb_to_recordset(dependents) as view (id oid, schema text, name text)
                where built.oid = view.id;
            end if;
        exception when insufficient_privilege then
            -- not for this user, who records nothing either
            null;
        end;
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
