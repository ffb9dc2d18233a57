import { useSyncExternalStore } from 'react';
import { Route, Switch } from 'wouter';
import { Frame } from './frame.tsx';
import { Job } from './pages/job.tsx';
import { NotFound } from './pages/not-found.tsx';
import { Repositories } from './pages/repositories.tsx';
import { Branches } from './pages/repository/branches.tsx';
import { Files } from './pages/repository/files.tsx';
import { Search } from './pages/repository/search.tsx';
import { Settings } from './pages/repository/settings.tsx';
import { Syncs } from './pages/repository/syncs.tsx';
import { Webhooks } from './pages/repository/webhooks.tsx';
import { SearchAll } from './pages/search-all.tsx';
import { SignIn } from './pages/sign-in.tsx';
import type { Way } from './session/session.ts';
import { tokenStore } from './session/token-store.ts';

/** The page of the address, or the way in. Each page has a key: another repository begins anew. */
export const App = ({ way }: { readonly way: Way }) => {
  const token = useSyncExternalStore(tokenStore.subscribe, tokenStore.get);
  if (token === null)
    return <SignIn kind={way.kind} refusal={tokenStore.wasRefused() ? ended[way.kind] : way.refusal} />;
  return (
    <Frame>
      <Switch>
        <Route path="/" component={Repositories} />
        <Route path="/search" component={SearchAll} />
        <Route path="/repositories/:id">{({ id }) => <Syncs key={id} id={id} />}</Route>
        <Route path="/repositories/:id/search">{({ id }) => <Search key={id} id={id} />}</Route>
        <Route path="/repositories/:id/files">{({ id }) => <Files key={id} id={id} />}</Route>
        <Route path="/repositories/:id/branches">{({ id }) => <Branches key={id} id={id} />}</Route>
        <Route path="/repositories/:id/webhooks">{({ id }) => <Webhooks key={id} id={id} />}</Route>
        <Route path="/repositories/:id/settings">{({ id }) => <Settings key={id} id={id} />}</Route>
        <Route path="/jobs/:id">{({ id }) => <Job key={id} id={id} />}</Route>
        <Route component={NotFound} />
      </Switch>
    </Frame>
  );
};

/** The service did not take the token. */
const ended: Readonly<Record<Way['kind'], string>> = {
  link: 'the token was not taken: it has expired, or is of another service',
  oidc: 'your session has ended, or you may not use this service',
  unknown: 'the token was not taken: it has expired, or is of another service',
};
