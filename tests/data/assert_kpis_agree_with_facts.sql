-- a KPI that sums over its rows must give the whole of its fact
with

totals as (
    select
        'appointments by department' as kpi,
        (select count(*) from {{ ref('fct_appointments') }}) as fact_total,
        (select coalesce(sum(appointments), 0) from {{ ref('kpi_appointments_by_department') }}) as kpi_total
    union all
    select
        'appointments by clinic',
        (select count(*) from {{ ref('fct_appointments') }}),
        (select coalesce(sum(no_show + completed + cancelled + scheduled), 0) from {{ ref('kpi_no_show_rate_by_clinic') }})
    union all
    select
        'treatments by physician',
        (select count(*) from {{ ref('fct_treatments') }}),
        (select coalesce(sum(resolved + improved + unchanged + worsened + unknown), 0) from {{ ref('kpi_treatment_outcomes_by_physician') }})
    union all
    select
        'treated diagnoses',
        (select count(distinct diagnosis_id) from {{ ref('fct_treatments') }} where days_since_diagnosis is not null),
        (select coalesce(sum(diagnoses_treated), 0) from {{ ref('kpi_days_diagnosis_to_treatment') }} where department_id <> 'ALL')
    union all
    select
        'all treated diagnoses',
        (select count(distinct diagnosis_id) from {{ ref('fct_treatments') }} where days_since_diagnosis is not null),
        (select diagnoses_treated from {{ ref('kpi_days_diagnosis_to_treatment') }} where department_id = 'ALL')
),

final as (
    select kpi, fact_total, kpi_total
    from totals
    where fact_total <> kpi_total
)

select * from final
