-- Replaces {target_schema}.{name} by {shadow_schema}.{name}, within the transaction that built it.
-- Views that read the old relation are made again on the new one, in dependency order, with their owner,
-- grants, options and comments; foreign keys that point at it are pointed at the new one; owner and grants
-- of the relation itself are kept. If anything of this cannot be done the transaction fails and the old
-- relation stays. Nothing is dropped by CASCADE. SQLSTATE HCW01 names the objects in the way.
--
-- An old table is moved to {retired_schema} and dropped when the run has ended: dropping it here would lock
-- the tables that its foreign keys point at, which other steps of the run are reading.
do $hcw$
declare
    target_schema constant text := '{target_schema}';
    shadow_schema constant text := '{shadow_schema}';
    retired_schema constant text := '{retired_schema}';
    relation_name constant text := '{name}';
    old_relation constant oid := to_regclass(format('%I.%I', target_schema, relation_name));
    new_relation constant oid := to_regclass(format('%I.%I', shadow_schema, relation_name));
    old_kind "char";
    new_kind "char";
    drops text[] := '{}';
    makes text[] := '{}';
    checks text[] := '{}';
    after text[] := '{}';
    others text;
    dependent record;
    statement text;
begin
    -- one swap at a time in a database: two that share dependents would lock each other out
    perform pg_advisory_xact_lock(hashtextextended('hcw swap', 0));
    select relkind into new_kind from pg_class where oid = new_relation;

    if old_relation is not null then
        select relkind into old_kind from pg_class where oid = old_relation;

        -- the relation's own owner and grants
        select coalesce(array_agg(restored.statement), '{}') into after
        from (
            select format(
                'grant %s%s on %I.%I to %s%s',
                privilege.privilege_type, privilege.columns, target_schema, relation_name,
                case when privilege.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(privilege.grantee)) end,
                case when privilege.is_grantable then ' with grant option' else '' end
            ) as statement
            from (
                select granted.*, '' as columns
                from pg_class, aclexplode(relacl) as granted
                where oid = old_relation
                    and granted.grantee <> relowner
                union all
                select granted.*, format(' (%I)', old_column.attname)
                from pg_attribute as old_column
                cross join aclexplode(old_column.attacl) as granted
                inner join pg_attribute as new_column
                    on new_column.attrelid = new_relation
                    and new_column.attname = old_column.attname
                where old_column.attrelid = old_relation
                    and not old_column.attisdropped
                    and not new_column.attisdropped
            ) as privilege
            union all
            select format('alter table %I.%I owner to %I', target_schema, relation_name, pg_get_userbyid(relowner))
            from pg_class
            where oid = old_relation
                and relowner <> (select relowner from pg_class where oid = new_relation)
        ) as restored;

        -- views that read it, directly or through other views; the deepest are dropped first
        for dependent in
            with recursive dependents as (
                select rewrite.ev_class as oid, 1 as depth
                from pg_depend as dependency
                inner join pg_rewrite as rewrite on rewrite.oid = dependency.objid
                where dependency.classid = 'pg_rewrite'::regclass
                    and dependency.refclassid = 'pg_class'::regclass
                    and dependency.refobjid = old_relation
                    and rewrite.ev_class <> old_relation
                union
                select rewrite.ev_class, dependents.depth + 1
                from dependents
                inner join pg_depend as dependency
                    on dependency.refclassid = 'pg_class'::regclass
                    and dependency.refobjid = dependents.oid
                inner join pg_rewrite as rewrite on rewrite.oid = dependency.objid
                where dependency.classid = 'pg_rewrite'::regclass
                    and rewrite.ev_class <> dependents.oid
            )
            select
                view.oid, view.relkind, view.relowner, view.relacl, view.reloptions,
                namespace.nspname, view.relname
            from (select oid, max(depth) as depth from dependents group by oid) as reached
            inner join pg_class as view on view.oid = reached.oid
            inner join pg_namespace as namespace on namespace.oid = view.relnamespace
            order by reached.depth, view.oid
        loop
            if dependent.relkind <> 'v' then
                raise exception 'materialized view %.% reads %.%: drop it or refresh it by hand after the rebuild',
                    dependent.nspname, dependent.relname, target_schema, relation_name
                    using errcode = 'HCW01';
            end if;
            drops := format('drop view %I.%I', dependent.nspname, dependent.relname) || drops;
            makes := makes || format(
                'create view %I.%I%s as %s',
                dependent.nspname, dependent.relname,
                coalesce(' with (' || array_to_string(dependent.reloptions, ', ') || ')', ''),
                pg_get_viewdef(dependent.oid)
            );
            makes := makes || format(
                'alter view %I.%I owner to %I',
                dependent.nspname, dependent.relname, pg_get_userbyid(dependent.relowner)
            );
            makes := makes || coalesce((
                select array_agg(format(
                    'grant %s%s on %I.%I to %s%s',
                    granted.privilege_type, granted.columns, dependent.nspname, dependent.relname,
                    case when granted.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(granted.grantee)) end,
                    case when granted.is_grantable then ' with grant option' else '' end
                ))
                from (
                    select whole.*, '' as columns
                    from aclexplode(dependent.relacl) as whole
                    where whole.grantee <> dependent.relowner
                    union all
                    select single.*, format(' (%I)', attname)
                    from pg_attribute
                    cross join aclexplode(attacl) as single
                    where attrelid = dependent.oid
                ) as granted
            ), '{}');
            makes := makes || coalesce((
                select array_agg(
                    case when objsubid = 0
                        then format('comment on view %I.%I is %L', dependent.nspname, dependent.relname, description)
                        else format('comment on column %I.%I.%I is %L', dependent.nspname, dependent.relname, attname, description)
                    end
                )
                from pg_description
                left join pg_attribute on attrelid = objoid and attnum = objsubid and objsubid > 0
                where classoid = 'pg_class'::regclass
                    and objoid = dependent.oid
            ), '{}');
        end loop;

        -- foreign keys of other tables: kept even where rows no longer fit, then not validated
        for dependent in
            select conname, conrelid::regclass::text as table_name, pg_get_constraintdef(oid) as definition
            from pg_constraint
            where contype = 'f'
                and confrelid = old_relation
                and conrelid <> old_relation
                and conparentid = 0
            order by conrelid, conname
        loop
            drops := format('alter table %s drop constraint %I', dependent.table_name, dependent.conname) || drops;
            makes := makes || format(
                'alter table %s add constraint %I %s not valid',
                dependent.table_name, dependent.conname, replace(dependent.definition, ' NOT VALID', '')
            );
            checks := checks || format('alter table %s validate constraint %I', dependent.table_name, dependent.conname);
        end loop;

        -- what else hangs on it (a function of its row type, a column of that type) cannot go over
        select string_agg(pg_describe_object(classid, objid, objsubid), ', ' order by classid, objid) into others
        from pg_depend
        where deptype = 'n'
            and classid not in ('pg_rewrite'::regclass, 'pg_constraint'::regclass)
            and (
                (refclassid = 'pg_class'::regclass and refobjid = old_relation)
                or (refclassid = 'pg_type'::regclass and refobjid in (
                    select row_type.oid from pg_type as row_type where row_type.typrelid = old_relation
                    union all
                    select row_type.typarray from pg_type as row_type where row_type.typrelid = old_relation
                ))
            );
        if others is not null then
            raise exception '%.% cannot be replaced: % depends on it', target_schema, relation_name, others
                using errcode = 'HCW01';
        end if;

        foreach statement in array drops loop
            execute statement;
        end loop;
        if old_kind in ('v', 'm') then
            execute format(
                'drop %s %I.%I',
                case old_kind when 'v' then 'view' else 'materialized view' end,
                target_schema, relation_name
            );
        else
            execute format('alter table %I.%I set schema %I', target_schema, relation_name, retired_schema);
        end if;
    end if;

    execute format(
        'alter %s %I.%I set schema %I',
        case new_kind when 'v' then 'view' else 'table' end,
        shadow_schema, relation_name, target_schema
    );
    foreach statement in array after || makes loop
        execute statement;
    end loop;
    foreach statement in array checks loop
        begin
            execute statement;
        exception when foreign_key_violation then
            raise notice 'left not valid: %', statement;
        end;
    end loop;
end
$hcw$;
