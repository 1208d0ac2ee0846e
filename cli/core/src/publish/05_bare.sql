
    -- Most relations have nothing of others on them: one look spares them the rest.
    select coalesce(bool_and(case when one.old_id is null then not exists (
        select from pg_default_acl
        inner join pg_namespace as namespace on namespace.oid = defaclnamespace
        where namespace.nspname = one.schema
    ) else
        old.relowner = new.relowner
        and old.relacl is not distinct from new.relacl
        and not (one.granted and old.relacl is not null)
        and old.reloptions is null
        and not old.relrowsecurity
        and not old.relforcerowsecurity
        and not old.relhastriggers
        and not old.relispartition
        and old.relreplident = new.relreplident
        and (old.reltablespace = 0 or old.reltablespace = new.reltablespace)
        and not exists (
            select from pg_depend
            where refclassid = 'pg_class'::regclass
                and refobjid = one.old_id
                and deptype = 'n'
                -- the rule that makes a view depends on the view
                and not (
                    classid = 'pg_rewrite'::regclass
                    and objid in (select oid from pg_rewrite where ev_class = one.old_id)
                )
        )
        and not exists (
            select from pg_depend
            inner join pg_type as row_type on row_type.oid = old.reltype
            where refclassid = 'pg_type'::regclass
                and refobjid in (row_type.oid, row_type.typarray)
                and deptype = 'n'
        )
        and not exists (
            select from pg_attribute
            where attrelid = one.old_id
                and attnum > 0
                and (
                    attacl is not null
                    or atthasdef
                    or attnotnull and not one.contracted
                    or attcompression <> ''
                    or attstorage <> (select typstorage from pg_type where pg_type.oid = atttypid)
                    or (to_jsonb(pg_attribute) ->> 'attstattarget')::integer >= 0
                    or array_to_string(attoptions, ',') ~ 'n_distinct'
                )
        )
        and not exists (select from pg_description where classoid = 'pg_class'::regclass and objoid = one.old_id)
        and not exists (select from pg_seclabel where classoid = 'pg_class'::regclass and objoid = one.old_id)
        and not exists (select from pg_rewrite where ev_class = one.old_id and rulename <> '_RETURN')
        and not exists (select from pg_inherits where inhrelid = one.old_id)
        and not exists (select from pg_policy where polrelid = one.old_id)
        and not exists (
            select from pg_depend
            inner join pg_class as sequence on sequence.oid = objid and sequence.relkind = 'S'
            where classid = 'pg_class'::regclass
                and refclassid = 'pg_class'::regclass
                and refobjid = one.old_id
                and deptype = 'a'
        )
        and (
            old.relkind = 'v'
            or (
                old.relkind = 'r'
                and not exists (
                    select from pg_constraint
                    where conrelid = one.old_id
                        and contype in ('c', 'u', 'p', 'f', 'x')
                        and (not one.contracted or obj_description(pg_constraint.oid, 'pg_constraint') is not null)
                )
                and not exists (
                    select from pg_index
                    inner join pg_class as index_class on index_class.oid = indexrelid
                    where indrelid = one.old_id
                        and (
                            not indisprimary and index_class.relname !~ '^[0-9a-f]{32}$'
                            or indisclustered
                            or index_class.reltablespace <> 0
                            or obj_description(indexrelid, 'pg_class') is not null
                        )
                )
                and not exists (select from pg_statistic_ext where stxrelid = one.old_id)
                and not exists (select from pg_publication_rel where prrelid = one.old_id)
                and not exists (
                    select from pg_class as toast
                    where toast.oid = old.reltoastrelid and toast.reloptions is not null
                )
            )
        )
    end), false) into is_bare
    from jsonb_to_recordset(replaced)
        as one (old_id oid, new_id oid, schema text, contracted boolean, granted boolean)
    left join pg_class as old on old.oid = one.old_id
    left join pg_class as new on new.oid = one.new_id;
