with

raw_service_lines as (
    select service_line_code, service_line, _file, _row, _sha256
    from {{ source('ehr', 'service_lines') }}
),

judged as (
    select
        upper({{ text_or_null('service_line_code') }}) as service_line_code,
        {{ text_or_null('service_line') }} as service_line,
        {{ id_reason('upper(service_line_code)') }} as quarantine_reason,
        {{ row_hash(['service_line_code', 'service_line']) }} as row_hash,
        _file,
        _row
    from raw_service_lines
),

final as (
    select
        service_line_code,
        service_line,
        {{ is_current('service_line_code') }} as is_current,
        case when quarantine_reason is not null then 'service_line_code' end as quarantine_field,
        quarantine_reason,
        row_hash,
        _file,
        _row
    from judged
)

select * from final
