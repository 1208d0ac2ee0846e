with

raw_departments as (
    select department_id, department_name, service_line_code, _file, _row, _sha256
    from {{ source('ehr', 'departments') }}
),

judged as (
    select
        {{ text_or_null('department_id') }} as department_id,
        {{ text_or_null('department_name') }} as department_name,
        upper({{ text_or_null('service_line_code') }}) as service_line_code,
        {{ id_reason('department_id') }} as quarantine_reason,
        {{ row_hash(['department_id', 'department_name', 'service_line_code']) }} as row_hash,
        _file,
        _row
    from raw_departments
),

final as (
    select
        department_id,
        service_line_code,
        department_name,
        {{ is_current('department_id') }} as is_current,
        case when quarantine_reason is not null then 'department_id' end as quarantine_field,
        quarantine_reason,
        row_hash,
        _file,
        _row
    from judged
)

select * from final
