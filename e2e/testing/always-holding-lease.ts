// Loaded into a server by `--import`, so that a test can show that it notices: this gateway never believes that its lease
// is over.
import { Lease } from '../../server/src/leases/lease.ts';

Lease.prototype.holds = () => true;
