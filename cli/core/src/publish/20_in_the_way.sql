
    -- what is no table and no view, and somebody else's
    select in_the_way || coalesce(array_agg(format(
        '%s has the name of what is published', pg_describe_object('pg_class'::regclass, one.old_id, 0)
    )), '{}') into in_the_way
    from jsonb_to_recordset(replaced) as one (old_id oid, old_kind text)
    where one.old_id is not null
        and one.old_kind not in ('r', 'p', 'v', 'm');

    -- temporary views end with their sessions
    select in_the_way || coalesce(array_agg(format(
        'the temporary %s of a session reads what is replaced', pg_describe_object('pg_class'::regclass, other.id, 0)
    )), '{}') into in_the_way
    from jsonb_to_recordset(dependents) as other (id oid)
    inner join pg_class as class on class.oid = other.id
    where class.relpersistence = 't';

    -- columns that are gone, and what others have made of them on the relation itself
    select in_the_way || coalesce(array_agg(distinct format(
        '%s needs the column %I of %I.%I, which is gone',
        pg_describe_object(dependency.classid, dependency.objid, 0), old_column.attname, one.schema, one.name
    )), '{}') into in_the_way
    from jsonb_to_recordset(replaced) as one (old_id oid, new_id oid, schema text, name text, contracted boolean)
    inner join pg_depend as dependency
        on dependency.refclassid = 'pg_class'::regclass
        and dependency.refobjid = one.old_id
        and dependency.refobjsubid > 0
    inner join pg_attribute as old_column
        on old_column.attrelid = one.old_id
        and old_column.attnum = dependency.refobjsubid
    left join pg_class as index_class
        on dependency.classid = 'pg_class'::regclass
        and index_class.oid = dependency.objid
        and index_class.relkind = 'i'
    left join pg_constraint as key
        on dependency.classid = 'pg_constraint'::regclass and key.oid = dependency.objid
    where not exists (
            select from pg_attribute as new_column
            where new_column.attrelid = one.new_id
                and new_column.attname = old_column.attname
                and new_column.attnum > 0
                and not new_column.attisdropped
        )
        and (
            dependency.classid in (
                'pg_policy'::regclass, 'pg_trigger'::regclass, 'pg_statistic_ext'::regclass, 'pg_publication_rel'::regclass
            )
            or index_class.relname !~ '^[0-9a-f]{32}$'
            or key.contype in ('c', 'f', 'p', 'u', 'x') and not (one.contracted and key.conrelid = one.old_id)
        );

    -- columns that somebody's view reads and that are gone
    select in_the_way || coalesce(array_agg(distinct format(
        '%s reads the column %I of %I.%I, which is gone',
        pg_describe_object('pg_class'::regclass, rewrite.ev_class, 0), old_column.attname, one.schema, one.name
    )), '{}') into in_the_way
    from jsonb_to_recordset(replaced) as one (old_id oid, new_id oid, schema text, name text)
    inner join pg_depend as dependency
        on dependency.refclassid = 'pg_class'::regclass
        and dependency.refobjid = one.old_id
        and dependency.refobjsubid > 0
        and dependency.classid = 'pg_rewrite'::regclass
    inner join pg_rewrite as rewrite on rewrite.oid = dependency.objid
    inner join pg_attribute as old_column
        on old_column.attrelid = one.old_id
        and old_column.attnum = dependency.refobjsubid
    where exists (select from jsonb_to_recordset(dependents) as view (id oid) where view.id = rewrite.ev_class)
        and not exists (
            select from pg_attribute as new_column
            where new_column.attrelid = one.new_id
                and new_column.attname = old_column.attname
                and new_column.attnum > 0
                and not new_column.attisdropped
        );

    -- rules of other tables
    select in_the_way || coalesce(array_agg(format(
        'a rule of %s reads what is replaced', pg_describe_object('pg_class'::regclass, other.id, 0)
    )), '{}') into in_the_way
    from jsonb_to_recordset(dependents) as other (id oid, kind text)
    where other.kind not in ('v', 'm');

    -- parents of inheritance and of partitions
    select in_the_way || coalesce(array_agg(format(
        '%I.%I is part of %s', one.schema, one.name, pg_describe_object('pg_class'::regclass, inherits.inhparent, 0)
    )), '{}') into in_the_way
    from jsonb_to_recordset(replaced) as one (old_id oid, schema text, name text)
    inner join pg_inherits as inherits on inherits.inhrelid = one.old_id;

    -- what else hangs on them: functions, columns of the row type, children
    select in_the_way || coalesce(array_agg(distinct format(
        '%s depends on %I.%I',
        pg_describe_object(dependency.classid, dependency.objid, dependency.objsubid), relation.schema, relation.name
    )), '{}') into in_the_way
    from jsonb_to_recordset(kept) as relation (id oid, schema text, name text)
    inner join pg_class as class on class.oid = relation.id
    left join pg_type as row_type on row_type.oid = class.reltype
    cross join lateral (
        values ('pg_class'::regclass::oid, relation.id),
            ('pg_type'::regclass::oid, row_type.oid),
            ('pg_type'::regclass::oid, row_type.typarray)
    ) as part (catalog, id)
    inner join pg_depend as dependency
        on dependency.refclassid = part.catalog
        and dependency.refobjid = part.id
    where dependency.deptype = 'n'
        -- what goes over, or is part of the relation
        and dependency.classid not in (
            'pg_rewrite'::regclass, 'pg_constraint'::regclass, 'pg_policy'::regclass, 'pg_trigger'::regclass,
            'pg_publication_rel'::regclass, 'pg_statistic_ext'::regclass, 'pg_attrdef'::regclass
        );

    -- what its new kind cannot have
    with turning as (
        select one.old_id as id, format('%I.%I', one.schema, one.name) as name, one.new_kind as becomes
        from jsonb_to_recordset(replaced) as one (old_id oid, new_kind text, schema text, name text)
        where one.old_id is not null
    )

    select in_the_way || coalesce(array_agg(cannot_have.obstacle), '{}') into in_the_way
    from ({cannot_have}) as cannot_have;

    if in_the_way <> '{}' then
        raise exception 'nothing was published: %', array_to_string(in_the_way, '; ')
            using errcode = 'HCW01';
    end if;
