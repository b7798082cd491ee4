import { choicesOf } from '../dictionaries/dictionaries.ts';
import { DomainError } from '../errors.ts';
import { openProcedure, procedure, router } from '../trpc.ts';
import { cookieOf, digestOf, makeToken, readState, tokenIn } from './account.ts';
import { authenticate, finishFace } from './authenticate.ts';
import { changePhone } from './change-phone.ts';
import { showCode, showStaticCode } from './code.ts';
import { browseOutbox, reconcileCity, retryAll, retryRow } from './outbox.ts';
import type { CityPlatform } from './platform.ts';
import { authenticateInput, changePhoneInput, memberInput, outboxInput, reconcileInput, retryInput } from './schema.ts';
import { withdraw } from './withdraw.ts';

function platformOf({ city }: { city: CityPlatform | null }): CityPlatform {
  if (!city) throw new DomainError('CITY_PLATFORM_OFF', '本机未启用市级平台');
  return city;
}

/** A resident's phone, known by its cookie. */
const phoneProcedure = openProcedure.use(async ({ ctx, next }) => {
  const city = platformOf(ctx);
  await city.turn();
  const { cookie, origin, address } = ctx.http;
  const sent = tokenIn(cookie);
  const token = sent ?? makeToken();
  return next({
    ctx: {
      city,
      phone: { digest: digestOf(token), address, isNew: sent === null, origin: origin ?? null },
      newToken: sent ? null : token,
    },
  });
});
/** Where a phone gets its cookie: also by a try that fails, as tries are counted by it. */
const firstProcedure = phoneProcedure.use(({ ctx, next }) => {
  const { origin, resHeaders } = ctx.http;
  // Behind a proxy that speaks HTTPS only the page's origin tells.
  const secure = origin?.startsWith('https:') ?? false;
  if (ctx.newToken) resHeaders.append('Set-Cookie', cookieOf(ctx.newToken, secure));
  return next();
});

export const phoneRouter = router({
  /** What a person is asked to choose from; pages import no dictionaries. */
  choices: phoneProcedure.query(() => ({
    idCardTypes: choicesOf('idCardType'),
    nations: choicesOf('nation'),
    nationalities: choicesOf('nationality'),
    sexes: choicesOf('sex'),
  })),
  state: phoneProcedure.query(({ ctx }) => readState(ctx.db, ctx.city, ctx.phone)),
  authenticate: firstProcedure
    .input(authenticateInput)
    .mutation(({ ctx, input }) => authenticate(ctx.db, ctx.city, ctx.phone, input)),
  finishFace: phoneProcedure.mutation(({ ctx }) => finishFace(ctx.db, ctx.city, ctx.phone)),
  code: phoneProcedure.input(memberInput).mutation(({ ctx, input }) => showCode(ctx.db, ctx.city, ctx.phone, input)),
  staticCode: phoneProcedure.input(memberInput).mutation(({ ctx, input }) => showStaticCode(ctx.db, ctx.phone, input)),
  changePhone: phoneProcedure
    .input(changePhoneInput)
    .mutation(({ ctx, input }) => changePhone(ctx.db, ctx.city, ctx.phone, input)),
  withdraw: phoneProcedure
    .input(memberInput)
    .mutation(({ ctx, input }) => withdraw(ctx.db, ctx.city, ctx.phone, input)),
});

const cityProcedure = procedure.use(({ ctx, next }) => next({ ctx: { city: platformOf(ctx) } }));

export const cityRouter = router({
  outbox: cityProcedure.input(outboxInput).query(({ ctx, input }) => browseOutbox(ctx.db, ctx.city, ctx.actor, input)),
  retry: cityProcedure.input(retryInput).mutation(({ ctx, input }) => retryRow(ctx.db, ctx.city, ctx.actor, input)),
  retryAll: cityProcedure.mutation(({ ctx }) => retryAll(ctx.db, ctx.city, ctx.actor)),
  reconcile: cityProcedure
    .input(reconcileInput)
    .query(({ ctx, input }) => reconcileCity(ctx.db, ctx.city, ctx.actor, input)),
});
