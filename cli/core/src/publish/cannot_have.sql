-- What stands on relations that are `turning` into another kind (id, name, becomes), and what that kind cannot have. Of
-- triggers, those of a table fire for rows, for `truncate` or keep what changed, those of a view fire instead.
select format(
    '%s of %s, which becomes a %s', found.part, turning.name,
    case turning.becomes when 'v' then 'view' when 'm' then 'materialized view' else 'table' end
) as obstacle
from turning
cross join lateral (
    select 'row-level security' as part
    from pg_catalog.pg_class
    where oid = turning.id and relrowsecurity and turning.becomes in ('v', 'm')
    union all
    select format('policy %I', polname)
    from pg_catalog.pg_policy
    where polrelid = turning.id and turning.becomes in ('v', 'm')
    union all
    select format('publication %I', publication.pubname)
    from pg_catalog.pg_publication_rel as member
    inner join pg_catalog.pg_publication as publication on publication.oid = member.prpubid
    where member.prrelid = turning.id and turning.becomes in ('v', 'm')
    union all
    select format('foreign key %I of %s to a key', conname, conrelid::regclass)
    from pg_catalog.pg_constraint
    where confrelid = turning.id
        and conrelid <> turning.id
        and contype = 'f'
        and conparentid = 0
        and turning.becomes in ('v', 'm')
    union all
    select pg_describe_object('pg_statistic_ext'::regclass, oid, 0)
    from pg_catalog.pg_statistic_ext
    where stxrelid = turning.id and turning.becomes = 'v'
    union all
    select format('trigger %I', tgname)
    from pg_catalog.pg_trigger
    where tgrelid = turning.id
        and not tgisinternal
        and case turning.becomes
            when 'm' then true
            when 'v' then tgtype::integer & 64 = 0
                and (tgtype::integer & 33 > 0 or tgoldtable is not null or tgnewtable is not null)
            else tgtype::integer & 64 > 0
        end
    union all
    select format('rule %I', rulename)
    from pg_catalog.pg_rewrite
    where ev_class = turning.id and rulename <> '_RETURN' and turning.becomes = 'm'
) as found
