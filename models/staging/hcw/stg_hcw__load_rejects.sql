-- lines that never became a row: ragged, or not UTF-8; only those of this warehouse's tables
with

load_rejects as (
    select source_name, table_name, _file, _row, _line, reason, raw_line, _sha256
    from {{ source('hcw', 'load_rejects') }}
),

final as (
    select
        source_name || '/' || table_name as source,
        case when reason ~* 'utf|byte|nul|encod' then 'charset' else 'structure' end as quarantine_reason,
        reason as detail,
        encode(sha256(convert_to(coalesce(_sha256, '') || E'\x1f', 'UTF8') || coalesce(raw_line, '')), 'hex') as row_hash,
        _file,
        _row,
        _line
    from load_rejects
    where source_name || '/' || table_name in (
        'ehr/departments', 'ehr/service_lines', 'ehr/clinics', 'ehr/providers', 'ehr/patients', 'ehr/appointments',
        'ehr/diagnoses', 'ehr/treatments', 'billing/charges', 'api/patients', 'api/appointments'
    )
)

select * from final
