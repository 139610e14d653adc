"""What a decision costs grows with its claims and with nothing else."""

from tests.bench.decide import QUESTIONS, cases, measure, rules_evaluated
from tests.domain.casebook import ask_of


def test_each_question_gets_the_answer_it_is_named_after():
    found = {name: ask_of(case, QUESTIONS[name]) for name, case in cases(3).items()}

    assert {name: answer.kind for name, answer in found.items()} == {
        name: "rest" if name.startswith("rest") else name for name in QUESTIONS
    }
    assert found["rest_until_step"].why == "step_not_due"
    assert found["rest_in_the_night"].why == "contact_window"


def test_rules_evaluated_are_linear_in_claims():
    one, two, many, more = (rules_evaluated(claims) for claims in (1, 2, 40, 41))

    for name in QUESTIONS:
        assert two[name] - one[name] == more[name] - many[name]
        assert more[name] <= 41 * max(one[name], 1)


def test_a_measure_names_its_figures():
    figures = measure(seconds=0.01)

    assert figures["decisions_per_s"] == min(figures["decisions_per_s_by_answer"].values()) > 0
    assert set(figures["rules_evaluated_by_claims"]) == {"1", "2", "3", "10", "100"}
