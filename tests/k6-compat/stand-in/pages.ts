/** A page with links and assets to fetch. */
export const landingPage = `<!DOCTYPE html>
<html>
  <head><title>A demonstration shop</title><link rel="stylesheet" href="/style.css"></head>
  <body>
    <h1>Welcome to the shop</h1>
    <p id="greeting">Hello, <b>visitor</b></p>
    <ul><li class="item">one</li><li class="item">two</li><li>three</li></ul>
    <a href="/store">The store</a> <a href="/get?from=link">Elsewhere</a>
  </body>
</html>
`;

/** What the browser examples look for in the shop: links by their names, a pizza on demand. */
export const shopPage = `<!DOCTYPE html>
<html>
  <head>
    <title>Pizza</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" href="/style.css">
  </head>
  <body>
    <header><h1 class="title">QuickPizza Legacy</h1></header>
    <p><a href="/contacts.php">/contacts.php</a> <a href="/news.php">/news.php</a></p>
    <p><a href="/my_messages.php">/my_messages.php</a></p>
    <button onclick="order()">Pizza, Please!</button> <p id="pizza"></p>
    <script>
      async function order() {
        const body = JSON.stringify({ customName: "" });
        const response = await fetch("/api/pizza", { method: "POST", body });
        const { pizza } = await response.json();
        document.querySelector("#pizza").textContent = "Name: " + pizza.name;
      }
    </script>
  </body>
</html>
`;

export const contactsPage = "<!DOCTYPE html><h3>Contact us</h3>";

export const loginPage = `<!DOCTYPE html>
<form method="post" action="/my_messages.php">
  <input name="login"> <input name="password" type="password"> <button>Go!</button>
</form>
`;

export const welcomePage = "<!DOCTYPE html><h2>Welcome, admin!</h2>";

export function coinPage(bet: string | null): string {
  const button = (side: string): string =>
    `<form><input type="hidden" name="bet" value="${side}">` +
    `<input type="submit" value="Bet on ${side}!"></form>`;
  return `<!DOCTYPE html>${button("heads")}${button("tails")}<p>Your bet: ${bet ?? "none"}</p>`;
}

export const storePage = `<!DOCTYPE html>
<html>
  <body>
    <h1>Herman Melville - Moby-Dick</h1>
    <div data-size="3" data-open="true" data-name="x"><p>Text of the page</p></div>
  </body>
</html>
`;

/** httpbin's order form, smaller. */
export const formPage = `<!DOCTYPE html>
<html>
  <body>
    <form method="post" action="/post">
      <input name="custname" value="none"> <input type="hidden" name="token" value="t-1">
      <input type="checkbox" name="topping" value="bacon" checked>
      <input type="checkbox" name="topping" value="cheese">
      <select name="size"><option value="s">S</option><option value="m" selected>M</option></select>
      <textarea name="comments">fine</textarea>
      <button type="submit" name="go" value="yes">Submit order</button>
    </form>
  </body>
</html>
`;
