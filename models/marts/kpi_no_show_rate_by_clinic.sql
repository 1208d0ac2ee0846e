with

appointments as (
    select clinic_key, status from {{ ref('fct_appointments') }}
),

clinics as (
    select clinic_key, clinic_id, clinic_name from {{ ref('dim_clinic') }}
),

counted as (
    select
        clinic_key,
        count(*) filter (where status = 'no_show') as no_show,
        count(*) filter (where status = 'completed') as completed,
        count(*) filter (where status = 'cancelled') as cancelled,
        count(*) filter (where status = 'scheduled') as scheduled,
        count(*) as appointments
    from appointments
    group by clinic_key
),

-- an appointment that was cancelled or is still to come could not be missed
final as (
    select
        clinics.clinic_id,
        clinics.clinic_name,
        counted.no_show,
        counted.completed,
        counted.cancelled,
        counted.scheduled,
        counted.appointments,
        {{ ratio('counted.no_show', 'counted.no_show + counted.completed') }} as no_show_rate
    from counted
    inner join clinics on counted.clinic_key = clinics.clinic_key
)

select * from final
