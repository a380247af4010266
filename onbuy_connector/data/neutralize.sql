-- A copy of the database for tests never talks to OnBuy: no keys, no token, and a fingerprint that fits nowhere.
UPDATE onbuy_store
   SET consumer_key = NULL,
       secret_key = NULL,
       key_hash = NULL,
       database_fingerprint = 'neutralized'
 WHERE database_fingerprint IS NOT NULL OR consumer_key IS NOT NULL;

DELETE FROM onbuy_store_state WHERE topic = 'api';
