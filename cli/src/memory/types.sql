-- Types that users have made, but for those that stand for a table's rows: each with a digest of all that it is made of.
types as materialized (
    with recursive own as (
        select type.*
        from pg_catalog.pg_type as type
        left join pg_catalog.pg_class as class on class.oid = type.typrelid
        where type.oid >= 16384 and (type.typtype in ('e', 'd', 'r', 'm') or class.relkind = 'c')
        union all
        select listed.*
        from pg_catalog.pg_type as listed
        inner join pg_catalog.pg_type as element on element.oid = listed.typelem
        left join pg_catalog.pg_class as class on class.oid = element.typrelid
        where listed.oid >= 16384 and listed.typtype = 'b' and (element.typtype in ('e', 'd', 'r') or class.relkind = 'c')
    ),

    made (whole, part) as (
        select own.oid, own.typelem from own where own.typtype = 'b'
        union all
        select own.oid, own.typbasetype from own where own.typtype = 'd'
        union all
        select own.oid, attribute.atttypid
        from own
        inner join pg_catalog.pg_attribute as attribute on attribute.attrelid = own.typrelid and attribute.attnum > 0
        where own.typtype = 'c' and not attribute.attisdropped
        union all
        select own.oid, range.rngsubtype
        from own
        inner join pg_catalog.pg_range as range
            on own.oid in (range.rngtypid, (to_jsonb(range) ->> 'rngmultitypid')::oid)
    ),

    tree (root, id) as (
        select own.oid, own.oid from own
        union
        select tree.root, made.part from tree inner join made on made.whole = tree.id
    )

    select
        tree.root as id,
        md5(string_agg(
            concat_ws(
                ' ', quote_ident(own.typname), own.typtype, own.typbasetype, own.typtypmod, own.typnotnull,
                (
                    select string_agg(quote_literal(label.enumlabel), ',' order by label.enumsortorder)
                    from pg_catalog.pg_enum as label
                    where label.enumtypid = own.oid
                ),
                (
                    select string_agg(
                        concat_ws(' ', quote_ident(attribute.attname), attribute.atttypid, attribute.atttypmod),
                        ',' order by attribute.attnum
                    )
                    from pg_catalog.pg_attribute as attribute
                    where attribute.attrelid = own.typrelid and attribute.attnum > 0 and not attribute.attisdropped
                ),
                (
                    select string_agg(md5(rule.conbin::text), ',' order by rule.conname)
                    from pg_catalog.pg_constraint as rule
                    where rule.contypid = own.oid
                )
            ),
            ';' order by own.oid
        )) as definition
    from tree
    inner join own on own.oid = tree.id
    group by tree.root
)
