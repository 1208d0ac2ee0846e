with

dispositions as (
    select source, stage, field, reason, value_hash, _file, _row
    from {{ ref('int_row_dispositions') }}
    where disposition = 'quarantined'
),

load_rejects as (
    select source, quarantine_reason, detail, row_hash, _file, _row, _line
    from {{ ref('stg_hcw__load_rejects') }}
),

rejected as (
    select source, stage, field, reason, null as detail, value_hash, _file, _row, null::bigint as _line
    from dispositions
    union all
    select source, 'load', '*', quarantine_reason, detail, row_hash, _file, _row, _line
    from load_rejects
),

final as (
    select
        row_number() over (order by source, _file collate "C", _row, _line, stage, value_hash)::int as quarantine_key,
        source,
        stage,
        field,
        reason,
        detail,
        value_hash,
        _file,
        _row,
        _line
    from rejected
)

select * from final
