CREATE TABLE "sign_in_failures" (
	"key" text COLLATE "C" PRIMARY KEY NOT NULL,
	"failures" bigint NOT NULL,
	"until" bigint NOT NULL,
	"failed_at" bigint NOT NULL,
	"addresses" text COLLATE "C"
);
--> statement-breakpoint
CREATE INDEX "sign_in_failures_by_time" ON "sign_in_failures" USING btree ("failed_at");--> statement-breakpoint
-- For rate-limiter-flexible (db/shared-counts.ts): not in SQLite, where one process counts in its memory. Nobody misses it after a crash.
CREATE UNLOGGED TABLE "shared_counts" (
	"key" varchar(255) PRIMARY KEY NOT NULL,
	"points" integer DEFAULT 0 NOT NULL,
	"expire" bigint
);
