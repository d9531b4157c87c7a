"""The unit of work writes nothing without commit, logs everything with it, and can be replayed."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.domain.ids import new_id
from desktop.store.encoding import read_dots, read_vector, vector_text
from desktop.store.history import history_of_person
from desktop.store.integrity import check_vault
from desktop.store.people import PeopleFilter, ids_matching, person_page
from desktop.store.vault import Vault
from tests.store.conftest import add_person


def people_named(vault: Vault, name: str) -> list[str]:
    with vault.reading() as connection:
        return ids_matching(connection, PeopleFilter(equals={"name": [name]}))


def test_leaving_without_commit_changes_nothing(vault: Vault) -> None:
    head = vault.head()
    with vault.unit("person.edit") as unit:
        unit.add("person", new_id(vault.ids), {"name": "张三"})
        unit.flush()
    assert people_named(vault, "张三") == []
    assert vault.head() == head


def test_an_error_inside_rolls_back_and_frees_the_store(vault: Vault) -> None:
    with pytest.raises(ZeroDivisionError), vault.unit("person.edit") as unit:
        unit.add("person", new_id(vault.ids), {"name": "张三"})
        raise ZeroDivisionError
    add_person(vault, "李四")
    assert people_named(vault, "张三") == []
    assert len(people_named(vault, "李四")) == 1


def test_only_what_differs_is_logged(vault: Vault) -> None:
    person = add_person(vault, "张三", sex="1")
    with vault.unit("person.edit") as unit:
        assert unit.put("person", person, {"name": "张三", "sex": "2"})
        assert not unit.put("person", person, {"sex": "2"})
        unit.commit()
    with vault.reading() as connection:
        lines = history_of_person(connection, person)
    assert [(line.field, line.old, line.new) for line in lines if line.old] == [("sex", "1", "2")]


def test_a_forced_field_is_logged_even_when_equal(vault: Vault) -> None:
    person = add_person(vault, "张三")
    with vault.unit("person.edit") as unit:
        assert unit.put("person", person, {"name": "张三"}, force=["name"])
        unit.commit()
    with vault.reading() as connection:
        assert len([line for line in history_of_person(connection, person) if line.field == "name"]) == 2


def test_a_deleted_person_is_not_found_and_comes_back_by_a_put(vault: Vault) -> None:
    person = add_person(vault, "张三")
    with vault.unit("person.edit") as unit:
        assert unit.delete("person", person)
        assert not unit.delete("person", person)
        unit.commit()
    with vault.reading() as connection:
        assert person_page(connection, person) is None
    with vault.unit("person.edit") as unit:
        unit.put("person", person, {})
        unit.commit()
    assert people_named(vault, "张三") == [person]


def test_an_unknown_field_is_a_bug_not_a_column(vault: Vault) -> None:
    with pytest.raises(KeyError), vault.unit("person.edit") as unit:
        unit.add("person", new_id(vault.ids), {"name; DROP TABLE person": "x"})


def test_changes_name_the_topics_and_people(vault: Vault) -> None:
    person = add_person(vault, "张三")
    with vault.unit("person.edit") as unit:
        unit.add("phone", new_id(vault.ids), {"person": person, "number": "19900000001"})
        changes = unit.commit()
    assert changes.topics == {"phone"}
    assert changes.people == {person}
    assert changes.touches("phone", "visit") and not changes.touches("card")


_VALUES = st.dictionaries(
    st.sampled_from(["name", "sex", "ent_name", "remark", "live_addr"]),
    st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)),
    min_size=1,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(steps=st.lists(st.tuples(st.integers(0, 3), st.one_of(st.just(None), _VALUES)), max_size=12))
def test_the_log_always_explains_the_store(vault: Vault, steps: list[tuple[int, dict[str, str] | None]]) -> None:
    records = [f"{number:032x}" for number in range(4)]
    with vault.unit("person.edit") as unit:
        for which, values in steps:
            if values is None:
                unit.delete("person", records[which])
            else:
                unit.put("person", records[which], values)
        unit.commit()
    assert check_vault(vault).problems == []


@given(st.dictionaries(st.integers(1, 50), st.integers(1, 10**12), max_size=6))
def test_a_vector_survives_being_written(vector: dict[int, int]) -> None:
    assert read_vector(vector_text(vector)) == vector


def test_dots_of_nothing() -> None:
    assert read_dots("") == {}
