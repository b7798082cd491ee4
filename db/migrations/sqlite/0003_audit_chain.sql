CREATE TABLE `audit_head` (
	`key` integer PRIMARY KEY NOT NULL,
	`last_id` integer NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
INSERT INTO `audit_head` VALUES (1, 0, '');
