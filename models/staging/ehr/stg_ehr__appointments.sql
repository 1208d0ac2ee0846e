with

raw_appointments as materialized (
    select
        {{ text_or_null('appointment_id') }} as appointment_id,
        {{ text_or_null('mrn') }} as mrn,
        {{ text_or_null('provider_id') }} as provider_id,
        {{ text_or_null('clinic_id') }} as clinic_id,
        {{ trimmed('appt_start') }} as appt_start,
        status,
        {{ trimmed('updated_at') }} as updated_at,
        {{ row_hash(['appointment_id', 'mrn', 'provider_id', 'clinic_id', 'appt_start', 'status', 'updated_at']) }} as row_hash,
        _file,
        _row
    from {{ source('ehr', 'appointments') }}
),

layouts as materialized (
    select
        *,
        {{ local_time_text('appt_start') }} as start_text,
        {{ local_time_text('updated_at') }} as updated_text,
        {{ appointment_status('status') }} as canonical_status,
        {{ id_reason('appointment_id') }} as appointment_id_reason
    from raw_appointments
),

judged as materialized (
    select
        *,
        {{ local_time_reason('appt_start', 'start_text') }} as start_reason,
        {{ local_time_reason('updated_at', 'updated_text') }} as updated_reason,
        case
            when {{ text_or_null('status') }} is null then 'empty'
            when canonical_status is null then 'unassigned'
        end as status_reason
    from layouts
),

typed as (
    select
        *,
        case when start_reason is null and length(start_text) > 10 then start_text::timestamp end as starts_local,
        case when start_reason is null then left(start_text, 10)::date end as appointment_on,
        case when updated_reason is null then updated_text::timestamp end as updated_local,
        coalesce(appointment_id_reason, start_reason, status_reason) as quarantine_reason
    from judged
),

final as (
    select
        appointment_id,
        mrn,
        provider_id,
        clinic_id,
        canonical_status as status,
        status_reason,
        start_reason,
        case when start_reason is null then case when length(start_text) > 10 then 'minute' else 'day' end end as start_precision,
        appointment_on,
        starts_local,
        {{ local_to_utc('starts_local') }} as starts_at,
        {{ local_to_utc('updated_local') }} as updated_at,
        {{ is_current('appointment_id', 'updated_local desc nulls last') }} as is_current,
        case
            when appointment_id_reason is not null then 'appointment_id'
            when start_reason is not null then 'appt_start'
            when status_reason is not null then 'status'
        end as quarantine_field,
        quarantine_reason,
        row_hash,
        _file,
        _row
    from typed
)

select * from final
