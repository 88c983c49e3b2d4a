"""Words shared with few: in no parent's copy, and not in the decrypted file of a laptop that may not read them."""

from __future__ import annotations

from models.audience import KEEP_FROM, WORKER_AND_IRO
from models.documents import subject_access
from models.documents.document import texts
from models.documents.subject_access import PARENT
from tests.laptops import Laptop, World
from tests.vault_pages import look, new_tokens


def test_a_parents_copy_of_three_sayings_has_two_and_a_laptop_outside_the_audience_never_held_the_third(
    world: World, amy: Laptop, cat: Laptop, sarah: str
) -> None:
    open_one, kept, another = new_tokens(3)
    mia = world.laptop("mia", c1001="team_manager")
    for words in (open_one, kept, another):
        sharing = {"audience": WORKER_AND_IRO, "keep_from": KEEP_FROM} if words == kept else {}
        draft = amy.casebook.new_draft("own_words", sarah, **sharing)
        amy.write(draft, words=words, said_on="2026-11-02")
    world.settle()

    def found_by(laptop: Laptop) -> set[str]:
        return set().union(*look(laptop.folder, laptop.key, (open_one, kept, another)).values())

    assert found_by(cat) == {open_one, kept, another}, "her IRO may read all three"
    assert found_by(mia) == {open_one, another}
    for laptop, counted in ((amy, 1), (mia, 0)):
        pack = subject_access.make(laptop.casebook, sarah, PARENT)
        said = " ".join(texts(pack.copy))
        assert [words in said for words in (open_one, kept, another)] == [True, False, True]
        assert len(pack.withheld) == counted
        assert kept not in " ".join(texts(pack.council))
