
    -- what reads them, directly or through other views
    with recursive reached as (
        select rewrite.ev_class as id, 1 as depth
        from jsonb_to_recordset(replaced) as one (old_id oid)
        inner join pg_depend as dependency
            on dependency.refclassid = 'pg_class'::regclass
            and dependency.refobjid = one.old_id
            and dependency.classid = 'pg_rewrite'::regclass
        inner join pg_rewrite as rewrite on rewrite.oid = dependency.objid
        where rewrite.ev_class <> one.old_id
        union
        select rewrite.ev_class, reached.depth + 1
        from reached
        inner join pg_depend as dependency
            on dependency.refclassid = 'pg_class'::regclass
            and dependency.refobjid = reached.id
            and dependency.classid = 'pg_rewrite'::regclass
        inner join pg_rewrite as rewrite on rewrite.oid = dependency.objid
        where rewrite.ev_class <> reached.id
    )
    select coalesce(jsonb_agg(jsonb_build_object(
        'id', class.oid, 'kind', class.relkind, 'schema', namespace.nspname, 'name', class.relname,
        'depth', deepest.depth
    )), '[]') into dependents
    from (select id, max(depth) as depth from reached group by id) as deepest
    inner join pg_class as class on class.oid = deepest.id
    inner join pg_namespace as namespace on namespace.oid = class.relnamespace;

    -- views that are replaced themselves are dropped in their turn, and made by the project
    select drops || coalesce(jsonb_agg(jsonb_build_array(
        label,
        format('drop %s %I.%I', case kind when 'v' then 'view' else 'materialized view' end, schema, name)
    ) order by depth desc, id desc), '[]') into drops
    from (
        select view.id, view.kind, view.schema, view.name, view.depth
        from jsonb_to_recordset(dependents) as view (id oid, kind text, schema text, name text, depth integer)
        where view.kind in ('v', 'm')
        union all
        select one.old_id, one.old_kind, one.schema, one.name, 0
        from jsonb_to_recordset(replaced) as one (old_id oid, old_kind text, schema text, name text)
        where one.old_kind in ('v', 'm')
            and not exists (
                select from jsonb_to_recordset(dependents) as view (id oid) where view.id = one.old_id
            )
    ) as dropped
    cross join lateral (select format('%I.%I', schema, name) as label) as labelled;

    select coalesce(jsonb_agg(to_jsonb(view)), '[]') into dependents
    from jsonb_to_recordset(dependents) as view (id oid, kind text, schema text, name text, depth integer)
    where not exists (select from jsonb_to_recordset(replaced) as one (old_id oid) where one.old_id = view.id);

    select coalesce(jsonb_agg(to_jsonb(relation)), '[]') into kept
    from (
        select
            one.old_id as id, one.new_id, one.new_kind as kind, one.schema, one.name, one.contracted, one.granted,
            one.declared
        from jsonb_to_recordset(replaced)
            as one (
                old_id oid, new_id oid, new_kind text, schema text, name text, contracted boolean, granted boolean,
                declared jsonb
            )
        where one.old_id is not null
        union all
        select view.id, null, view.kind, view.schema, view.name, false, false, '[]'::jsonb
        from jsonb_to_recordset(dependents) as view (id oid, kind text, schema text, name text)
        where view.kind in ('v', 'm')
    ) as relation;
