import gc, pytest
from tests.cast import make_product
@pytest.mark.parametrize("n",range(4))
async def test_a(browser, n):
    p=await make_product()
    if n==0: await browser.post(f"/products/{p}/likes", files={"_csrf_token": ("token.txt", b"x")})
    if n==1: await browser.post("/logout", data={"_csrf_token":browser.csrf_token}, files={"x": ("token.txt", b"x")})
    if n==2: await browser.post(f"/products/{p}/likes", content=b"garbage", headers={"content-type":"multipart/form-data; boundary=x"})
    if n==3: await browser.post(f"/products/{p}/likes", content=b"garbage", headers={"content-type":"multipart/form-data"})
    gc.collect()
