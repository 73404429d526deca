/** The worker: everything slow happens here. */
import { expose } from 'comlink';
import { loadCore } from './load';
import { Service } from './service';

expose(new Service(loadCore));
