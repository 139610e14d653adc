import os, pytest
from lxml import html
from tests.pages import everything
from tests.pages.everything import address, paths

@pytest.mark.parametrize("language", ["fi","sv"])
def test_dump(console, language):
    ids = everything.full()
    browser = console("administrator", language=language)
    out = open(f"/tmp/w2/out/{language}.txt","w")
    for path in paths("GET"):
        browser.open(address(path, ids))
        if browser.page is None: continue
        out.write(f"\n=== {path} {browser.status}\n")
        mains = browser.page.xpath("//main")
        if not mains: continue
        for el in mains[0].xpath(".//*[@lang='en']"):
            out.write(f"EN: {el.text_content()}\n")
        out.write(" ".join(mains[0].text_content().split())+"\n")
