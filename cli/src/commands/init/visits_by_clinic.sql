with

visits as (
    select clinic_id, status from {{ ref('stg_visits') }}
),

clinics as (
    select clinic_id, clinic_name from {{ ref('clinics') }}
),

final as (
    select
        clinics.clinic_id,
        clinics.clinic_name,
        count(visits.clinic_id) as visit_count,
        count(*) filter (where visits.status = 'no_show') as no_show_count
    from clinics
    left join visits on clinics.clinic_id = visits.clinic_id
    group by clinics.clinic_id, clinics.clinic_name
)

select * from final
