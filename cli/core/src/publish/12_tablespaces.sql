
    -- Tables that somebody has put into a tablespace are copied there before anybody is held up.
    for item in
        select one.schema, one.name, one.shadow, one.new_kind, tablespace.spcname
        from jsonb_to_recordset(replaced)
            as one (old_id oid, new_id oid, new_kind text, schema text, name text, shadow text)
        inner join pg_class as old on old.oid = one.old_id
        inner join pg_class as new on new.oid = one.new_id
        inner join pg_tablespace as tablespace on tablespace.oid = old.reltablespace
        where new.relkind in ('r', 'm')
            and new.reltablespace <> old.reltablespace
    loop
        begin
            execute format(
                'alter %s %I.%I set tablespace %I',
                case item.new_kind when 'm' then 'materialized view' else 'table' end,
                item.shadow, item.name, item.spcname
            );
        exception when insufficient_privilege then
            in_the_way := in_the_way || format('the tablespace %I of %I.%I', item.spcname, item.schema, item.name);
        end;
    end loop;
