with

treatments as (
    select provider_key, outcome from {{ ref('fct_treatments') }}
),

providers as (
    select provider_key, provider_id, first_name, last_name from {{ ref('dim_provider') }}
),

counted as (
    select
        provider_key,
        count(*) as treatments,
        count(*) filter (where outcome = 'resolved') as resolved,
        count(*) filter (where outcome = 'improved') as improved,
        count(*) filter (where outcome = 'unchanged') as unchanged,
        count(*) filter (where outcome = 'worsened') as worsened,
        count(*) filter (where outcome = 'unknown') as unknown
    from treatments
    group by provider_key
),

final as (
    select
        providers.provider_id,
        concat_ws(' ', providers.first_name, providers.last_name) as provider_name,
        counted.treatments,
        counted.resolved,
        counted.improved,
        counted.unchanged,
        counted.worsened,
        counted.unknown,
        {{ ratio('counted.resolved + counted.improved', 'counted.treatments - counted.unknown') }} as success_rate
    from counted
    inner join providers on counted.provider_key = providers.provider_key
)

select * from final
