// An OpenID Connect issuer for the tests: `oidc-provider`, whose own pages ask for a name and
// let anybody in as it. The ids of clients and the port come as arguments.
import Provider from "oidc-provider";

const [port, back] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const client = { redirect_uris: back.split(","), response_types: ["code"] };

const provider = new Provider(issuer, {
  clients: [{ client_id: "ioverse", client_secret: "a secret of the tests", ...client }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["preferred_username"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  cookies: { keys: ["for the tests only"] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      email: `${id}@example.org`,
      email_verified: !id.startsWith("unconfirmed"),
      preferred_username: id,
    }),
  }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log(`at ${issuer}`));
