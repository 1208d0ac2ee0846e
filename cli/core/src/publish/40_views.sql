
    -- views of others, in their order
    select makes || coalesce(jsonb_agg(jsonb_build_array(
        format('view %I.%I', view.schema, view.name),
        format(
            'create %s %I.%I%s%s%s as %s%s',
            case view.kind when 'v' then 'view' else 'materialized view' end,
            view.schema, view.name,
            case when view.kind = 'm' then ' using ' || quote_ident(method.amname) else '' end,
            coalesce(' with (' || array_to_string(class.reloptions, ', ') || ')', ''),
            coalesce(' tablespace ' || quote_ident(tablespace.spcname), ''),
            rtrim(pg_get_viewdef(view.id), '; '),
            case when view.kind = 'm' and not class.relispopulated then ' with no data' else '' end
        )
    ) order by view.depth, view.id), '[]') into makes
    from jsonb_to_recordset(dependents) as view (id oid, kind text, schema text, name text, depth integer)
    inner join pg_class as class on class.oid = view.id
    left join pg_am as method on method.oid = class.relam
    left join pg_tablespace as tablespace on tablespace.oid = class.reltablespace
    where view.kind in ('v', 'm');
