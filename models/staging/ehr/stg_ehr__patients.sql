with

raw_patients as materialized (
    select
        {{ trimmed('mrn') }} as mrn,
        first_name,
        last_name,
        {{ trimmed('dob') }} as dob,
        sex,
        ssn,
        mbi,
        zip,
        state,
        phone,
        {{ row_hash(['mrn', 'first_name', 'last_name', 'dob', 'sex', 'ssn', 'mbi', 'zip', 'state', 'phone']) }} as row_hash,
        _file,
        _row
    from {{ source('ehr', 'patients') }}
),

layouts as materialized (
    select
        *,
        {{ date_text('dob', excel_serial=true) }} as birth_text,
        {{ zip_repaired('zip') }} as repaired_zip
    from raw_patients
),

judged as materialized (
    select
        *,
        {{ date_reason('dob', 'birth_text') }} as calendar_reason,
        {{ mrn_reason('mrn') }} as quarantine_reason
    from layouts
),

dated as (
    select
        *,
        {{ date_value('birth_text', 'calendar_reason') }} as calendar_day
    from judged
),

final as (
    select
        {{ mrn_canonical('mrn') }} as mrn,
        {{ ssn_canonical('ssn') }} as ssn,
        {{ ssn_reason('ssn') }} as ssn_reason,
        {{ mbi_canonical('mbi') }} as mbi,
        {{ mbi_reason('mbi') }} as mbi_reason,
        {{ person_name('first_name') }} as first_name,
        {{ person_name('last_name') }} as last_name,
        {{ sex_canonical('sex') }} as sex,
        {{ sex_reason('sex') }} as sex_reason,
        {{ zip_canonical('repaired_zip') }} as zip,
        {{ zip_reason('repaired_zip') }} as zip_reason,
        {{ state_canonical('state') }} as state,
        {{ state_reason('state') }} as state_reason,
        {{ phone_canonical('phone') }} as phone,
        {{ phone_reason('phone') }} as phone_reason,
        coalesce(repaired_zip <> zip, false) as is_zip_repaired,
        case when not {{ is_implausible_birth('calendar_day') }} then calendar_day end as birth_on,
        coalesce(
            calendar_reason,
            case when {{ is_implausible_birth('calendar_day') }} then 'implausible' end
        ) as birth_on_reason,
        {{ is_current('mrn') }} as is_current,
        case when quarantine_reason is not null then 'mrn' end as quarantine_field,
        quarantine_reason,
        row_hash,
        _file,
        _row
    from dated
)

select * from final
