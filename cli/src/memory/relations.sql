-- What relations are, by what changes when somebody changes them. `wanted` has a key and a quoted name each.
counting as (
    select
        case
            when current_setting('track_counts')::boolean
                then concat_ws(
                    -- moments, not their texts, which a session's settings change
                    ' ', coalesce(extract(epoch from database.stats_reset)::text, '-'),
                    coalesce(extract(epoch from writer.stats_reset)::text, '-')
                )
        end as since
    from pg_catalog.pg_stat_database as database
    cross join pg_catalog.pg_stat_bgwriter as writer
    where database.datname = current_database()
),

seen as (
    select
        wanted.key,
        namespace.nspname::text as schema,
        class.relname::text as name,
        jsonb_build_object(
            'oid', class.oid::bigint,
            'kind', class.relkind,
            'file', case
                when class.relkind = 'p' or class.relhassubclass then (
                    with recursive tree as (
                        select class.oid as id
                        union
                        select child.inhrelid from pg_catalog.pg_inherits as child inner join tree on child.inhparent = tree.id
                    )

                    select string_agg(concat(tree.id, ':', pg_relation_filenode(tree.id)), ' ' order by tree.id) from tree
                )
                when class.relkind in ('r', 'm') then pg_relation_filenode(class.oid)::text
            end,
            'rule', case when class.relkind in ('v', 'm') then (
                select concat(rule.oid, ':', rule.xmin)
                from pg_catalog.pg_rewrite as rule
                where rule.ev_class = class.oid and rule.rulename = '_RETURN'
            ) end,
            'columns', (
                select md5(string_agg(
                    concat_ws(
                        ' ', quote_ident(attribute.attname), attribute.atttypid, attribute.atttypmod, attribute.attcollation,
                        attribute.attnotnull, attribute.attidentity, attribute.attgenerated,
                        case when attribute.atthasdef then (
                            select md5(initial.adbin::text)
                            from pg_catalog.pg_attrdef as initial
                            where initial.adrelid = attribute.attrelid and initial.adnum = attribute.attnum
                        ) end,
                        -- those of the server itself have lower numbers
                        case when attribute.atttypid >= 16384 then (
                            select types.definition from types where types.id = attribute.atttypid
                        ) end
                    ),
                    ',' order by attribute.attnum
                ))
                from pg_catalog.pg_attribute as attribute
                where attribute.attrelid = class.oid and attribute.attnum > 0 and not attribute.attisdropped
            ),
            'indexes', case when class.relhasindex then (
                select coalesce(jsonb_agg(concat_ws(
                    ' ', quote_ident(index_class.relname), index.indisunique, index.indkey::text,
                    md5(concat(index.indexprs::text, index.indpred::text))
                )), '[]')
                from pg_catalog.pg_index as index
                inner join pg_catalog.pg_class as index_class on index_class.oid = index.indexrelid
                where index.indrelid = class.oid and index.indisvalid
            ) else '[]' end,
            'constraints', case when class.relkind in ('r', 'p') then (
                select coalesce(jsonb_agg(concat_ws(
                    ' ', quote_ident(rule.conname), rule.contype, rule.conkey::text, md5(rule.conbin::text)
                )), '[]')
                from pg_catalog.pg_constraint as rule
                where rule.conrelid = class.oid and rule.contype in ('c', 'f', 'p', 'u', 'x')
            ) else '[]' end,
            'policies', case when class.relrowsecurity then (
                select md5(concat_ws(
                    ' ', row_security_active(class.oid), class.relforcerowsecurity, builder.oid,
                    case when not builder.rolsuper then (
                        select string_agg(held.oid::text, ',' order by held.oid)
                        from pg_catalog.pg_roles as held
                        where pg_has_role(builder.oid, held.oid, 'usage')
                    ) end,
                    (
                        select string_agg(
                            concat_ws(' ', policy.polpermissive, policy.polroles::text, policy.polqual::text),
                            ',' order by policy.polname
                        )
                        from pg_catalog.pg_policy as policy
                        where policy.polrelid = class.oid and policy.polcmd in ('*', 'r')
                    )
                ))
                from pg_catalog.pg_roles as builder
                where builder.rolname = current_user
            ) end,
            'counts', case when class.relkind in ('r', 'p', 'm') and counting.since is not null then jsonb_build_object(
                'since', counting.since,
                'rows', case when class.relkind = 'p' or class.relhassubclass then (
                    with recursive tree as (
                        select class.oid as id
                        union
                        select child.inhrelid from pg_catalog.pg_inherits as child inner join tree on child.inhparent = tree.id
                    )

                    select string_agg(concat_ws(
                        ' ', pg_stat_get_tuples_inserted(tree.id), pg_stat_get_tuples_updated(tree.id),
                        pg_stat_get_tuples_deleted(tree.id)
                    ), ',' order by tree.id)
                    from tree
                ) else concat_ws(
                    ' ', pg_stat_get_tuples_inserted(class.oid), pg_stat_get_tuples_updated(class.oid),
                    pg_stat_get_tuples_deleted(class.oid)
                ) end
            ) end
        ) as facts
    from wanted
    inner join pg_catalog.pg_class as class on class.oid = to_regclass(wanted.name)
    inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
    cross join counting
)
