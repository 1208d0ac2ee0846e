select type.typname::text, false, types.definition, '[]'
from types
inner join pg_catalog.pg_type as type on type.oid = types.id
where type.typtype <> 'b'
union all
select
    config.cfgname::text,
    false,
    md5(concat(config.cfgparser, (
        select string_agg(
            concat_ws(' ', map.maptokentype, map.mapseqno, dictionary.dictname, dictionary.dicttemplate, dictionary.dictinitoption),
            ',' order by map.maptokentype, map.mapseqno
        )
        from pg_catalog.pg_ts_config_map as map
        inner join pg_catalog.pg_ts_dict as dictionary on dictionary.oid = map.mapdict
        where map.mapcfg = config.oid
    ))),
    '[]'
from pg_catalog.pg_ts_config as config
where config.oid >= 16384
union all
select dictionary.dictname::text, false, md5(concat(dictionary.dicttemplate, ' ', dictionary.dictinitoption)), '[]'
from pg_catalog.pg_ts_dict as dictionary
where dictionary.oid >= 16384
union all
-- those of extensions change with the extension's functions
select
    operator.oprname::text,
    true,
    md5(concat_ws(' ', operator.oprleft, operator.oprright, operator.oprresult, operator.oprcode::oid)),
    json_build_array(json_build_array(namespace.nspname, routine.proname))::text
from pg_catalog.pg_operator as operator
inner join pg_catalog.pg_proc as routine on routine.oid = operator.oprcode
inner join pg_catalog.pg_namespace as namespace on namespace.oid = routine.pronamespace
where operator.oid >= 16384 and not exists (
    select
    from pg_catalog.pg_depend as depended
    where depended.classid = 'pg_operator'::regclass and depended.objid = operator.oid and depended.deptype = 'e'
)
order by 1, 2, 3, 4
