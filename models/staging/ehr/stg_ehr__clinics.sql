with

raw_clinics as (
    select clinic_id, clinic_name, department_id, _file, _row, _sha256
    from {{ source('ehr', 'clinics') }}
),

judged as (
    select
        {{ text_or_null('clinic_id') }} as clinic_id,
        {{ text_or_null('clinic_name') }} as clinic_name,
        {{ text_or_null('department_id') }} as department_id,
        {{ id_reason('clinic_id') }} as quarantine_reason,
        {{ row_hash(['clinic_id', 'clinic_name', 'department_id']) }} as row_hash,
        _file,
        _row
    from raw_clinics
),

final as (
    select
        clinic_id,
        department_id,
        clinic_name,
        {{ is_current('clinic_id') }} as is_current,
        case when quarantine_reason is not null then 'clinic_id' end as quarantine_field,
        quarantine_reason,
        row_hash,
        _file,
        _row
    from judged
)

select * from final
