
    -- constraints made by hand; what a contract declares was made with the table
    select makes || coalesce(jsonb_agg(jsonb_build_array(
        format('constraint %I of %I.%I', old_constraint.conname, relation.schema, relation.name),
        format(
            'alter table %I.%I add constraint %I %s',
            relation.schema, relation.name, old_constraint.conname, pg_get_constraintdef(old_constraint.oid)
        )
    ) order by relation.id, old_constraint.conname), '[]') into makes
    from jsonb_to_recordset(kept) as relation (id oid, new_id oid, kind text, schema text, name text, contracted boolean)
    inner join pg_constraint as old_constraint on old_constraint.conrelid = relation.id
    where relation.new_id is not null
        and relation.kind in ('r', 'p')
        and not relation.contracted
        and old_constraint.contype in ('c', 'u', 'p', 'x')
        and not exists (
            select from pg_constraint as new_constraint
            where new_constraint.conrelid = relation.new_id
                and (
                    new_constraint.conname = old_constraint.conname
                    or pg_get_constraintdef(new_constraint.oid) = pg_get_constraintdef(old_constraint.oid)
                )
        );
